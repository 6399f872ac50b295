package pii

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/moderation/match/lexicon"
)

var (
	introduced = regexp.MustCompile(`\b(?i:my name is|my name's|i am called|i'm called|her name is|his name is|their name is)\s+` +
		`([\p{L}\p{M}'’-]+)((?:\s+\p{Lu}[\p{L}\p{M}'’-]*)*)`)
	nameWord = regexp.MustCompile(`[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*`)
)

var (
	// capitalised are words with a capital that are no names.
	capitalised = lexicon.Words("capitalised")
	// nameWords are names and words alike: these are found only where they are written with a capital.
	nameWords = lexicon.Words("name-words")
)

// AddName tells of somebody's name, of one word or several.
func (r *Redactor) AddName(name string) {
	for _, w := range nameWord.FindAllString(name, -1) {
		w = strings.ToLower(w)
		switch {
		case nameWords[w] || utf8.RuneCountInString(w) < 2:
			r.capitals[w] = true
		default:
			r.names[w] = true
		}
	}
}

// Learn takes from a text the names of those who are introduced in it, and the words that are written with a capital inside a
// sentence. German writes all nouns so, where the last tells nothing. language is the text's ISO 639-1 code, or empty.
func (r *Redactor) Learn(text, language string) {
	for _, found := range introduced.FindAllStringSubmatch(text, -1) {
		r.AddName(found[1] + found[2])
	}
	if language == "de" {
		return
	}
	for _, at := range nameWord.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		if low := strings.ToLower(w); capital(w) && !firstInSentence(text, at[0]) && !plainCapital(low) {
			r.capitals[strings.TrimSuffix(strings.TrimSuffix(low, "'s"), "’s")] = true
		}
	}
}

func capital(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// plainCapital reports whether a word is written with a capital without being a name: I, I'm, Monday.
func plainCapital(low string) bool {
	head, _, _ := strings.Cut(strings.ReplaceAll(low, "’", "'"), "'")
	return capitalised[head]
}

// firstInSentence reports whether a sentence begins at i.
func firstInSentence(text string, i int) bool {
	before := strings.TrimRight(text[:i], " \"'“‘(¿¡-–—…")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".?!:\n")
}

// isName reports whether the word text[from:to] is a name, or made of one: Ana, Ana's, Ana-Maria.
func (r *Redactor) isName(text string, from, to int, language string) bool {
	w := text[from:to]
	parts := append(strings.FieldsFunc(w, func(r rune) bool { return r == '\'' || r == '’' || r == '-' }), w)
	for _, p := range parts {
		low := strings.ToLower(p)
		if r.names[low] || capital(p) && r.capitals[low] {
			return true
		}
	}
	return language != "de" && capital(w) && !firstInSentence(text, from) && !plainCapital(strings.ToLower(w))
}
