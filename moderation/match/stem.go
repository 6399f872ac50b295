package match

import (
	"strings"

	"github.com/kljensen/snowball"
)

// StemLanguages are the languages with known inflections: those of Snowball, and Indonesian with its most common affixes.
var StemLanguages = []string{"en", "es", "fr", "hu", "id", "no", "ru", "sv"}

// snowballNames maps languages to the stemmer's names.
var snowballNames = map[string]string{
	"en": "english", "es": "spanish", "fr": "french", "hu": "hungarian", "no": "norwegian", "ru": "russian", "sv": "swedish",
}

// stem returns a word without its inflection.
func stem(word, lang string) string {
	if lang == "id" {
		return stemIndonesian(word)
	}
	out, err := snowball.Stem(word, snowballNames[lang], true)
	if err != nil {
		return word
	}
	return out
}

// stemIndonesian removes particles, possessives and the passive prefix, as long as enough of a word remains.
func stemIndonesian(word string) string {
	for _, suffix := range []string{"lah", "kah", "pun", "nya", "ku", "mu", "kan", "in", "an", "i"} {
		if s, ok := strings.CutSuffix(word, suffix); ok && len(s) >= 4 {
			word = s
			break
		}
	}
	for _, prefix := range []string{"di", "ter", "ku", "kau", "se"} {
		if s, ok := strings.CutPrefix(word, prefix); ok && len(s) >= 4 {
			return s
		}
	}
	return word
}
