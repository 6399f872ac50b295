package match

import (
	"slices"

	"earshot/moderation/match/lexicon"
)

// Period is the length of the shortest beginning of which a line is nothing but repetition, the last time perhaps cut off; the
// whole line for most.
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

// interjections are said over and over and mean nothing.
var interjections = lexicon.Words("interjections")

// Interjections reports whether tokens are nothing but interjections.
func Interjections(tokens []Token) bool {
	return !slices.ContainsFunc(tokens, func(t Token) bool { return !interjections[t.Text] })
}

// Letters is how many bytes the texts of tokens have together.
func Letters(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		n += len(t.Text)
	}
	return n
}

// Similarity is how alike two lines are, from 0 to 1: twice the words that both have, by the number of all words (the
// Sørensen–Dice coefficient).
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
