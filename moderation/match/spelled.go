package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// minSpelled is the minimum number of consecutive letters taken for a spelled word.
const minSpelled = 3

// joinSpelled replaces words spelled letter by letter ("i d i o t", "U.S.A.") by the word. Rules are normalised the same way, so
// that both match. A leading "a" or "i" may be a word on its own ("you are a p i g"): the rest is another reading.
func joinSpelled(tokens []Token) []Token {
	for i := 0; i < len(tokens); i++ {
		n := spelledFrom(tokens[i:])
		if n < minSpelled || n > minSpelled && ownWord(tokens[i:]) {
			continue
		}
		tokens = append(append(tokens[:i], spelledToken(tokens[i:i+n])), tokens[i+n:]...)
	}
	return tokens
}

// ownWord reports whether the first letter is a word before a word spelled with separators: "a b-o-o-k".
func ownWord(tokens []Token) bool {
	return tokens[0].Word != tokens[1].Word && tokens[1].Word == tokens[2].Word
}

// spelledFrom counts the single letters at the beginning.
func spelledFrom(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		r, size := utf8.DecodeRuneInString(t.Text)
		if size != len(t.Text) || !unicode.IsLetter(r) || standsAlone(r) {
			break
		}
		n++
	}
	return n
}

func spelledToken(letters []Token) Token {
	var b strings.Builder
	for _, l := range letters {
		b.WriteString(l.Text)
	}
	first, last := letters[0], letters[len(letters)-1]
	text, alts := readings(b.String())
	out := Token{Text: text, Alts: alts, Word: first.Word, Start: first.Start, End: last.End, More: last.Word - first.Word}
	if out.More > 0 {
		out.End = first.End
	}
	if rest := b.String()[len(first.Text):]; (first.Text == "a" || first.Text == "i") && len(letters) > minSpelled {
		out.Alts = append(out.Alts, rest)
	}
	return out
}
