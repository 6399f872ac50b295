package match

import (
	"unicode/utf8"

	edlib "github.com/hbollon/go-edlib"

	"earshot/moderation/match/metaphone"
)

// MinNear is the minimum length of a word for which one wrong letter is tolerated; minSound that of a word matched by sound.
const (
	MinNear  = 6
	minSound = 3
)

// withoutOneLetter yields every word with one letter removed: two words differ by at most one letter only if they share one of
// these, or one is a deletion of the other (the symmetric delete method).
func withoutOneLetter(word string, yield func(string)) {
	for i, r := range word {
		yield(word[:i] + word[i+utf8.RuneLen(r):])
	}
}

// soundCodes returns the Double Metaphone codes of a word; none for words too short.
func soundCodes(word string) []string {
	if len(word) < minSound || !isLowerASCII(word) {
		return nil
	}
	a, b := metaphone.Encode(word)
	if len(a) < 2 {
		return nil
	}
	if b == a || len(b) < 2 {
		return []string{a}
	}
	return []string{a, b}
}

// isLowerASCII reports whether a text is of the letters a to z alone.
func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// withinOneLetter reports whether a heard word is a listed one with at most one letter wrong.
func withinOneLetter(heard, listed string) bool {
	return heard == listed || utf8.RuneCountInString(listed) >= MinNear && edlib.OSADamerauLevenshteinDistance(heard, listed) <= 1
}

// soundsAlike limits how far similar-sounding words may differ in letters (optimal string alignment distance): a third of the longer
// word, but at least two.
func soundsAlike(heard, listed string) bool {
	return edlib.OSADamerauLevenshteinDistance(heard, listed) <= max(2, max(len(heard), len(listed))/3)
}
