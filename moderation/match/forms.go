package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	edlib "github.com/hbollon/go-edlib"
	"github.com/kljensen/snowball"

	"earshot/moderation/match/metaphone"
)

// stemLanguages are the languages whose inflections are known: those of Snowball, and Indonesian by its commonest affixes.
var StemLanguages = []string{"en", "es", "fr", "hu", "id", "no", "ru", "sv"}

// snowballNames are the languages as the stemmer calls them.
var snowballNames = map[string]string{
	"en": "english", "es": "spanish", "fr": "french", "hu": "hungarian", "no": "norwegian", "ru": "russian", "sv": "swedish",
}

// stem is a word without its inflection.
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

// stemIndonesian takes off particles, possessives and the passive prefix, as long as enough of a word is left.
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

// minNear is the shortest word for which one wrong letter is forgiven; minSound the shortest that is known by its sound.
const (
	minNear  = 6
	minSound = 3
)

// enterKeys enters under which keys a word of the vocabulary is found.
func (x *index) enterKeys(word, lang string, id uint32) {
	enter := func(key string) {
		if !slices.Contains(x.keys[key], id) {
			x.keys[key] = append(x.keys[key], id)
		}
	}
	switch x.form {
	case Inflected:
		if !slices.Contains(x.langs, lang) {
			x.langs = append(x.langs, lang)
		}
		enter(lang + ":" + stem(word, lang))
	case Near:
		enter(word)
		if utf8.RuneCountInString(word) >= minNear {
			deletions(word, enter)
		}
	case Sound:
		enter(word)
		for _, code := range soundCodes(word) {
			enter("=" + code)
		}
	}
}

// deletions yields every word with one letter left out: two words are within one wrong letter of each other only when they
// share one of these, or one is a deletion of the other.
func deletions(word string, yield func(string)) {
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

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// formCache remembers what words stand for. Speech repeats its words, and stemming one costs more than all else.
type formCache map[string][]uint32

// maxForms bounds a cache; a full one begins anew.
const maxForms = 8192

// formsOf are the words of the vocabulary that a heard word may stand for.
func (x *index) formsOf(word string, cache formCache) []uint32 {
	if ids, ok := cache[word]; ok {
		return ids
	}
	var out []uint32
	take := func(key string, fits func(string) bool) {
		for _, id := range x.keys[key] {
			if !slices.Contains(out, id) && fits(x.texts[id]) {
				out = append(out, id)
			}
		}
	}
	whatever := func(string) bool { return true }
	switch x.form {
	case Inflected:
		for _, lang := range x.langs {
			take(lang+":"+stem(word, lang), whatever)
		}
	case Near:
		near := func(listed string) bool { return nearWords(word, listed) }
		take(word, near)
		if utf8.RuneCountInString(word) >= minNear-1 {
			deletions(word, func(key string) { take(key, near) })
		}
	case Sound:
		take(word, whatever)
		for _, code := range soundCodes(word) {
			take("="+code, func(listed string) bool { return alike(word, listed) })
		}
	}
	if len(cache) >= maxForms {
		clear(cache)
	}
	cache[strings.Clone(word)] = out
	return out
}

// nearWords reports whether a heard word is a listed one with at most one letter wrong.
func nearWords(heard, listed string) bool {
	return heard == listed || utf8.RuneCountInString(listed) >= minNear && edlib.OSADamerauLevenshteinDistance(heard, listed) <= 1
}

// alike bounds how far words of one sound may be apart in letters: a third of the longer word, but two at least.
func alike(heard, listed string) bool {
	return edlib.OSADamerauLevenshteinDistance(heard, listed) <= max(2, max(len(heard), len(listed))/3)
}
