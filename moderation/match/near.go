package match

import (
	"unicode/utf8"

	edlib "github.com/hbollon/go-edlib"

	"earshot/moderation/match/metaphone"
)

// minNear is the shortest word for which one wrong letter is forgiven; minSound the shortest that is known by its sound.
const (
	minNear  = 6
	minSound = 3
)

// withoutOneLetter yields every word with one letter left out: two words are within one wrong letter of each other only when
// they share one of these, or one is a deletion of the other (the symmetric delete method).
func withoutOneLetter(word string, yield func(string)) {
	for i, r := range word {
		yield(word[:i] + word[i+utf8.RuneLen(r):])
	}
}

// soundCodes are the Double Metaphone codes of a word; none for words too short to be known by them.
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
	return heard == listed || utf8.RuneCountInString(listed) >= minNear && edlib.OSADamerauLevenshteinDistance(heard, listed) <= 1
}

// soundsAlike bounds how far words of one sound may be apart in letters (optimal string alignment): a third of the longer
// word, but two at least.
func soundsAlike(heard, listed string) bool {
	return edlib.OSADamerauLevenshteinDistance(heard, listed) <= max(2, max(len(heard), len(listed))/3)
}
