package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// Tokenise normalises spoken words. Every token refers to words[token.Word].Text.
func Tokenise(words []models.Word) []Token {
	return appendTokenised(make([]Token, 0, len(words)+4), words)
}

// appendTokenised is Tokenise into a reused slice.
func appendTokenised(tokens []Token, words []models.Word) []Token {
	from, letters := len(tokens), 0
	var buf [64]letter
	for i := range words {
		text := readSigns(words[i].Text)
		if start, end, ok := plainWord(text); ok && !strings.Contains(text, "%") {
			t := newToken(strings.ToLower(text[start:end]), i, start, end)
			tokens = appendExpanded(tokens, len(tokens), t, false)
			continue
		}
		tokens = appendTokens(tokens, decompose(text, buf[:0]), i)
	}
	for i := from; i < len(tokens) && letters < minSpelled; i++ {
		if len(tokens[i].Text) <= utf8.UTFMax && utf8.RuneCountInString(tokens[i].Text) == 1 {
			letters++
		}
	}
	tokens = perCent(tokens, from)
	if letters >= minSpelled {
		return append(tokens[:from], joinSpelled(tokens[from:])...)
	}
	return tokens
}

// percent is the word for the sign % and for "per cent".
const percent = "percent"

// perCent joins "per cent" into one word, in the tokens from one on.
func perCent(tokens []Token, from int) []Token {
	for i := from; i+1 < len(tokens); i++ {
		if tokens[i].Text != "per" || tokens[i+1].Text != "cent" {
			continue
		}
		t := tokens[i]
		if t.Text, t.More = percent, tokens[i+1].Word-t.Word; t.More == 0 {
			t.End = tokens[i+1].End
		}
		tokens = append(append(tokens[:i], t), tokens[i+2:]...)
	}
	return tokens
}

// plainWord returns the single token of a word that consists of plain letters and digits apart from surrounding punctuation: nearly
// every word, for which the general method gives the same token.
func plainWord(s string) (start, end int, ok bool) {
	for start < len(s) && asciiLetter(s[start]) == jointSpace && s[start] < utf8.RuneSelf {
		start++
	}
	for end = start; end < len(s) && s[end] < utf8.RuneSelf && !isJoint(asciiLetter(s[end])); end++ {
	}
	for i := end; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || asciiLetter(s[i]) == jointApostrophe || !isJoint(asciiLetter(s[i])) {
			return 0, 0, false
		}
	}
	return start, end, start < end
}

// Phrase normalises a text to be matched, word by word.
func Phrase(text string) []string {
	tokens := joinSpelled(perCent(appendTokens(nil, decompose(readSigns(text), nil), 0), 0))
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.Text
	}
	return out
}

// appendTokens splits letters into tokens at the joints, and expands contractions.
func appendTokens(dst []Token, letters []letter, word int) []Token {
	first := len(dst)
	var b strings.Builder
	for i := 0; i < len(letters); {
		if letters[i].r == percentSign {
			dst = append(dst, Token{Text: percent, Word: word, Start: letters[i].start, End: letters[i].end})
		}
		if isJoint(letters[i].r) {
			i++
			continue
		}
		b.Reset()
		from := i
		for i < len(letters) && joins(letters, from, i) {
			if letters[i].r != jointComma {
				b.WriteRune(letters[i].r)
			}
			i++
		}
		t := newToken(b.String(), word, letters[from].start, letters[i-1].end)
		afterApostrophe := from > 0 && letters[from-1].r == jointApostrophe
		dst = appendExpanded(dst, first, t, afterApostrophe)
	}
	return dst
}

// joins reports whether letter i belongs to the token that began at from.
func joins(letters []letter, from, i int) bool {
	r := letters[i].r
	switch {
	case i == from:
		return true
	case unicode.IsMark(r):
		return true
	case r == jointComma:
		return unicode.IsDigit(letters[i-1].r) && thousands(letters, i)
	case isJoint(r), standsAlone(letters[from].r), standsAlone(r):
		return false
	}
	return true
}

// thousands reports whether exactly three digits follow the joint at i.
func thousands(letters []letter, i int) bool {
	n := 0
	for j := i + 1; j < len(letters) && unicode.IsDigit(letters[j].r); j++ {
		n++
	}
	return n == 3
}

// newToken completes a token: look-alike letters replaced, other readings added.
func newToken(text string, word, start, end int) Token {
	text, alts := readings(text)
	return Token{Text: text, Alts: alts, Word: word, Start: start, End: end}
}
