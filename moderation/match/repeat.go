package match

import (
	"slices"

	"earshot/moderation/match/lexicon"
)

// Period returns the length of the shortest prefix that the line repeats, the last repetition perhaps truncated; the whole line for
// most lines.
func Period(tokens []Token) int {
	n := len(tokens)
	for unit := 1; unit <= n/2; unit++ {
		same := true
		for i := unit; i < n && same; i++ {
			same = tokens[i].Text == tokens[i-unit].Text
		}
		if same {
			return unit
		}
	}
	return n
}

// interjections are often repeated and mean nothing.
var interjections = lexicon.Words("interjections")

// Interjections reports whether all tokens are interjections.
func Interjections(tokens []Token) bool {
	return !slices.ContainsFunc(tokens, func(t Token) bool { return !interjections[t.Text] })
}

// Letters returns the total number of bytes in the texts of tokens.
func Letters(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		n += len(t.Text)
	}
	return n
}

// Similarity returns how similar two lines are, from 0 to 1: twice the number of common words, divided by the number of all words
// (the Sørensen–Dice coefficient).
func Similarity(a, b []Token) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	left := make([]string, len(b))
	for i, t := range b {
		left[i] = t.Text
	}
	both := 0
	for _, t := range a {
		if i := slices.Index(left, t.Text); i >= 0 {
			left = slices.Delete(left, i, i+1)
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}
