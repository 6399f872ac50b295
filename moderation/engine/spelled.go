package engine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// minSpelled is how many letters on end are taken for a spelled word.
const minSpelled = 3

// joinSpelled replaces words that are spelled letter by letter ("i d i o t", "U.S.A.") by the word. Rules are read the same
// way, so both sides meet. A leading "a" or "i" may be a word of its own ("you are a p i g"): the rest is another reading.
func joinSpelled(tokens []token) []token {
	for i := 0; i < len(tokens); i++ {
		n := spelledFrom(tokens[i:])
		if n < minSpelled || n > minSpelled && ownWord(tokens[i:]) {
			continue
		}
		tokens = append(append(tokens[:i], spelledToken(tokens[i:i+n])), tokens[i+n:]...)
	}
	return tokens
}

// ownWord reports whether the first letter is a word before a word that is spelled with signs between: "a b-o-o-k".
func ownWord(tokens []token) bool {
	return tokens[0].word != tokens[1].word && tokens[1].word == tokens[2].word
}

// spelledFrom counts the single letters at the beginning.
func spelledFrom(tokens []token) int {
	n := 0
	for _, t := range tokens {
		r, size := utf8.DecodeRuneInString(t.text)
		if size != len(t.text) || !unicode.IsLetter(r) || standsAlone(r) {
			break
		}
		n++
	}
	return n
}

func spelledToken(letters []token) token {
	var b strings.Builder
	for _, l := range letters {
		b.WriteString(l.text)
	}
	first, last := letters[0], letters[len(letters)-1]
	text, alts := readings(b.String())
	out := token{text: text, alts: alts, word: first.word, start: first.start, end: last.end, more: last.word - first.word}
	if out.more > 0 {
		out.end = first.end
	}
	if rest := b.String()[len(first.text):]; (first.text == "a" || first.text == "i") && len(letters) > minSpelled {
		out.alts = append(out.alts, rest)
	}
	return out
}
