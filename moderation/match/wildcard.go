package match

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// minPrefix is the minimum number of letters before a wildcard.
const minPrefix = 3

// patternSigns are signs of patterns and addresses, which phrases do not have.
var patternSigns = regexp.MustCompile(`\||\\|://|\[[^\]]*\]|\([^)]*\|`)

// wildcards removes the asterisks at the ends of a phrase's words, and returns which words had one: "hate*" is every word that
// begins with hate.
func wildcards(text string) (plain string, starred map[int]bool, err error) {
	if sign := patternSigns.FindString(text); sign != "" {
		return "", nil, fmt.Errorf("%s: %q is not said: a phrase is words as they are spoken; write a pattern: for one that has %q",
			quote(text), sign, sign)
	}
	text = readSigns(text)
	if !strings.Contains(text, "*") {
		return text, nil, nil
	}
	starred = map[int]bool{}
	var before []string
	for _, f := range strings.Fields(text) {
		word, star := strings.CutSuffix(f, "*")
		if strings.Contains(word, "*") && strings.Trim(word, "*") != "" {
			return "", nil, fmt.Errorf("%s: a * is allowed only at the end of a word (hate* is every word that begins with hate); "+
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
		return "", nil, errors.New("a * is allowed only at the end of a word: hate* is every word that begins with hate")
	}
	return strings.Join(before, " "), starred, nil
}
