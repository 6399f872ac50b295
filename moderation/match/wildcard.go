package match

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// minPrefix is the least number of letters before a wildcard.
const minPrefix = 3

// wildcards takes the stars off the ends of the words of a phrase, and tells which of its words they stood behind: "hate*" is
// every word that begins with hate.
func wildcards(text string) (plain string, starred map[int]bool, err error) {
	text = readSigns(text)
	if !strings.Contains(text, "*") {
		return text, nil, nil
	}
	starred = map[int]bool{}
	var before []string
	for _, f := range strings.Fields(text) {
		word, star := strings.CutSuffix(f, "*")
		if strings.Contains(word, "*") && strings.Trim(word, "*") != "" {
			return "", nil, fmt.Errorf("%s: a * stands at the end of a word only (hate* is every word that begins with hate); "+
				"a pattern may have more", quote(f))
		}
		before = append(before, word)
		if !star || word == "" {
			continue
		}
		words := Phrase(strings.Join(before, " "))
		if len(words) == 0 || utf8.RuneCountInString(words[len(words)-1]) < minPrefix {
			return "", nil, fmt.Errorf("%s begins too many words: at least %d letters before the *", quote(f), minPrefix)
		}
		starred[len(words)-1] = true
	}
	if len(starred) == 0 {
		return "", nil, errors.New("a * stands at the end of a word: hate* is every word that begins with hate")
	}
	return strings.Join(before, " "), starred, nil
}
