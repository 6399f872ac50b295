// Package tokens parts texts into the words that the index of PostgreSQL holds, and finds them again in a text. It parts and folds
// as SQLite's index does (https://www.sqlite.org/fts5.html#unicode61_tokenizer with categories 'L* M* N* Co' and
// remove_diacritics 2), so that a search has the same hits in every store.
package tokens

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is a word of a text.
type Token struct {
	// Word is the word, folded.
	Word string
	// From and To are where it stands in the text, in bytes.
	From, To int
}

// maxWord is how much of a word is indexed, in bytes. PostgreSQL takes no more than 2046.
const maxWord = 1000

// Of returns the words of a text.
func Of(text string) (all []Token) {
	var word strings.Builder
	from := -1
	flush := func(to int) {
		if from >= 0 && word.Len() > 0 {
			all = append(all, Token{cut(word.String()), from, to})
		}
		word.Reset()
		from = -1
	}
	for i, r := range text {
		switch {
		case isToken(r):
			if from < 0 {
				from = i
			}
			word.WriteString(fold(r))
		case from >= 0:
			flush(i)
		}
	}
	flush(len(text))
	return all
}

// cut shortens a word to maxWord.
func cut(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := maxWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}

func isToken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// fold returns a letter without capitals, and without accents if it is a Latin one; "" for a combining accent.
func fold(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	if isAccent(r) {
		return ""
	}
	if r != 'ı' { // whose capital is I
		r = unicode.ToLower(unicode.ToUpper(r))
	}
	parts := []rune(norm.NFD.String(string(r)))
	if len(parts) > 1 && parts[0] < utf8.RuneSelf {
		return string(unicode.ToLower(parts[0]))
	}
	return string(r)
}

// isAccent reports whether a combining character is one that SQLite's index leaves out.
func isAccent(r rune) bool {
	const first, second = 0x08029FDF, 0x000361F8 // of U+0300 to U+031F, and to U+0331
	switch {
	case r < 0x300 || r > 0x331:
		return false
	case r < 0x320:
		return first&(1<<(r-0x300)) != 0
	}
	return second&(1<<(r-0x320)) != 0
}

// maxPosition is the last place that PostgreSQL keeps; later words all have it.
const maxPosition = 16383

// Vector writes the words of a text as a tsvector.
func Vector(text string) string {
	var b strings.Builder
	for i, t := range Of(text) {
		b.WriteString(quote(t.Word) + ":" + strconv.Itoa(min(i+1, maxPosition)) + " ")
	}
	return b.String()
}

// quote writes a word as part of a tsvector or tsquery. Words have neither quotes nor backslashes.
func quote(word string) string { return "'" + word + "'" }

// Phrase is what a text must contain: words one after the other.
type Phrase struct {
	Words []string
	// Prefix reports that the last word is the beginning of one.
	Prefix bool
}

// PhraseOf reads a term of a search.
func PhraseOf(term string, prefix bool) Phrase {
	p := Phrase{Prefix: prefix}
	for _, t := range Of(term) {
		p.Words = append(p.Words, t.Word)
	}
	return p
}

// Query writes phrases, all of which must occur, as a tsquery.
func Query(phrases []Phrase) string {
	var all []string
	for _, p := range phrases {
		words := make([]string, len(p.Words))
		for i, w := range p.Words {
			words[i] = quote(w)
		}
		if len(words) == 0 {
			continue
		}
		if p.Prefix {
			words[len(words)-1] += ":*"
		}
		all = append(all, "("+strings.Join(words, " <-> ")+")")
	}
	return strings.Join(all, " & ")
}
