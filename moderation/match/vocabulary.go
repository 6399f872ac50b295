package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary is the words of the phrases of one form, with the keys by which spoken words are looked up.
type vocabulary struct {
	form  Form
	ids   map[string]uint32
	texts []string
	keys  map[string][]uint32
	langs []string // with known inflections

	longest int // of the words, in bytes

	prefixes map[string]uint32 // words that end in *, without it
	lengths  []int             // of the prefixes, in bytes, rising
}

// enter returns the number of a word, adding it if necessary.
func (x *vocabulary) enter(word, lang string) uint32 {
	id, ok := x.ids[word]
	if !ok {
		id = uint32(len(x.texts))
		x.ids[word] = id
		x.texts = append(x.texts, word)
	}
	if prefix, ok := strings.CutSuffix(word, "*"); ok {
		x.enterPrefix(prefix, id)
		return id
	}
	x.enterKeys(word, lang, id)
	return id
}

// enterPrefix makes every word with a prefix match a word of the vocabulary.
func (x *vocabulary) enterPrefix(prefix string, id uint32) {
	if x.prefixes == nil {
		x.prefixes = map[string]uint32{}
	}
	x.prefixes[prefix] = id
	if i, ok := slices.BinarySearch(x.lengths, len(prefix)); !ok {
		x.lengths = slices.Insert(x.lengths, i, len(prefix))
	}
}

// begun adds the words ending in * whose prefix a spoken word has.
func (x *vocabulary) begun(t *idTable, from int, word string) {
	for _, n := range x.lengths {
		if n > len(word) {
			return
		}
		if id, ok := x.prefixes[word[:n]]; ok {
			t.add(from, id)
		}
	}
}

// enterKeys adds the keys of a word of the vocabulary.
func (x *vocabulary) enterKeys(word, lang string, id uint32) {
	x.longest = max(x.longest, len(word))
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
		if utf8.RuneCountInString(word) >= MinNear {
			withoutOneLetter(word, enter)
		}
	case Sound:
		enter(word)
		for _, code := range soundCodes(word) {
			enter("=" + code)
		}
	}
}

// formCache caches which words match. Speech repeats its words, and stemming is the most expensive step.
type formCache map[string][]uint32

// maxForms limits a cache; a full one is emptied.
const maxForms = 8192

// formsOf returns the words of the vocabulary that a spoken word may match.
func (x *vocabulary) formsOf(word string, cache formCache) []uint32 {
	if ids, ok := cache[word]; ok {
		return ids
	}
	if x.form != Inflected && len(word) > 2*x.longest+utf8.UTFMax {
		return nil // too long to be near any, and a word without spaces may have millions of letters
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
		near := func(listed string) bool { return withinOneLetter(word, listed) }
		take(word, near)
		if utf8.RuneCountInString(word) >= MinNear-1 {
			withoutOneLetter(word, func(key string) { take(key, near) })
		}
	case Sound:
		take(word, whatever)
		for _, code := range soundCodes(word) {
			take("="+code, func(listed string) bool { return soundsAlike(word, listed) })
		}
	}
	if len(cache) >= maxForms {
		clear(cache)
	}
	cache[strings.Clone(word)] = out
	return out
}

// lookup records which words of the vocabulary each token matches.
func (x *vocabulary) lookup(tokens []Token, t *idTable, cache formCache) {
	t.reset()
	for i := range tokens {
		from := len(t.flat)
		if x.form == Exact {
			if id, ok := x.ids[tokens[i].Text]; ok {
				t.flat = append(t.flat, id)
			}
			for _, alt := range tokens[i].Alts {
				if id, ok := x.ids[alt]; ok {
					t.add(from, id)
				}
			}
		} else {
			for _, id := range x.formsOf(tokens[i].Text, cache) {
				t.add(from, id)
			}
			for _, alt := range tokens[i].Alts {
				for _, id := range x.formsOf(alt, cache) {
					t.add(from, id)
				}
			}
		}
		if len(x.lengths) > 0 {
			x.begun(t, from, tokens[i].Text)
			for _, alt := range tokens[i].Alts {
				x.begun(t, from, alt)
			}
		}
		t.ends = append(t.ends, int32(len(t.flat)))
	}
}
