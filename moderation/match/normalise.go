package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/match/lexicon"

	"golang.org/x/text/unicode/norm"
)

// token is one word in the form in which words are compared, with the way back to what was said.
type Token struct {
	// text is lower case, without marks, apostrophes and look-alikes.
	Text string
	// alts are other readings of the same token: drawn-out letters shortened, digits for letters. Mostly empty.
	Alts []string
	// word is the index of the spoken word, and [start, end) the bytes of that word's text from which the token was made.
	// Two tokens share the bytes of one contraction ("gonna" is "going", "to").
	Word, Start, End int
	// more is how many further words the token goes on over: a word that was spelled letter by letter.
	More int
}

// letter is one comparable character and the bytes it comes from. Joints stand for what parts tokens.
type letter struct {
	r          rune
	start, end int
}

const (
	jointSpace      = ' '
	jointApostrophe = '\''
	jointComma      = ',' // parts words, but not the thousands of a number
)

// tokenise brings spoken words into comparable form. Every token points into words[token.word].Text.
func Tokenise(words []models.Word) []Token {
	return appendTokenised(make([]Token, 0, len(words)+4), words)
}

// appendTokenised is tokenise into a slice that is used again.
func appendTokenised(tokens []Token, words []models.Word) []Token {
	from, letters := len(tokens), 0
	var buf [64]letter
	for i := range words {
		text := signed(words[i].Text)
		if start, end, ok := plainWord(text); ok {
			t := newToken(strings.ToLower(text[start:end]), i, start, end)
			tokens = appendExpanded(tokens, len(tokens), t, false)
			continue
		}
		tokens = appendTokens(tokens, spell(text, buf[:0]), i)
	}
	for i := from; i < len(tokens) && letters < minSpelled; i++ {
		if len(tokens[i].Text) <= utf8.UTFMax && utf8.RuneCountInString(tokens[i].Text) == 1 {
			letters++
		}
	}
	if letters >= minSpelled {
		return append(tokens[:from], joinSpelled(tokens[from:])...)
	}
	return tokens
}

// plainWord finds the one token of a word that is plain letters and digits but for signs around it: nearly every word of a
// line, for which the long way gives the same token.
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

// phraseTokens is the comparable form of a text in a rule.
func Phrase(text string) []string {
	tokens := joinSpelled(appendTokens(nil, spell(signed(text), nil), 0))
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.Text
	}
	return out
}

// spell turns text into letters and joints: NFKD per character cluster (UAX #15), marks of alphabets that use them as
// decoration stripped, lower case, apostrophes of every kind as one, format characters (soft hyphens, joiners) dropped.
func spell(s string, out []letter) []letter {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			out = append(out, letter{asciiLetter(c), i, i + 1})
			i++
			continue
		}
		n := norm.NFKD.NextBoundaryInString(s[i:], true)
		out = spellCluster(s, i, i+max(n, 1), out)
		i += max(n, 1)
	}
	return out
}

func asciiLetter(c byte) rune {
	switch {
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return rune(c)
	case c >= 'A' && c <= 'Z':
		return rune(c + 'a' - 'A')
	case c == '\'' || c == '`':
		return jointApostrophe
	case c == ',':
		return jointComma
	}
	return jointSpace
}

// isJoint reports whether a letter parts tokens.
func isJoint(r rune) bool { return r == jointSpace || r == jointApostrophe || r == jointComma }

// spellCluster spells one base character with its marks.
func spellCluster(s string, start, end int, out []letter) []letter {
	if r, _ := utf8.DecodeRuneInString(s[start:]); isApostrophe(r) { // before ´ falls apart into a space and a mark
		return append(out, letter{jointApostrophe, start, end})
	}
	for _, r := range norm.NFKD.String(s[start:end]) {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		case unicode.IsMark(r):
			if len(out) > 0 && !decorated(out[len(out)-1].r) {
				out = append(out, letter{r, start, end})
			}
		case unicode.IsLetter(r), unicode.IsDigit(r):
			out = appendLetter(out, r, start, end)
		default:
			out = append(out, letter{jointSpace, start, end})
		}
	}
	return out
}

// decorated reports whether marks on a letter are decoration. In other scripts they are vowels, and part of the word. A mark
// after a joint stands on nothing.
func decorated(base rune) bool {
	return base < utf8.RuneSelf || unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// appendLetter adds a letter in lower case, with the few letters that no decomposition takes apart.
func appendLetter(out []letter, r rune, start, end int) []letter {
	r = unicode.ToLower(r)
	if apart, ok := undecomposed[r]; ok {
		for _, a := range apart {
			out = append(out, letter{a, start, end})
		}
		return out
	}
	return append(out, letter{r, start, end})
}

// undecomposed are letters with a plain spelling that Unicode does not know as a decomposition, and case folds.
var undecomposed = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ħ': "h", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ð': "d", 'þ': "th", 'ς': "σ",
}

func isApostrophe(r rune) bool { return strings.ContainsRune(lexicon.Apostrophes, r) }

// appendTokens cuts letters into tokens at the joints, and contractions into the words they stand for.
func appendTokens(dst []Token, letters []letter, word int) []Token {
	first := len(dst)
	var b strings.Builder
	for i := 0; i < len(letters); {
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

// standsAlone reports whether a letter is a token by itself: scripts that do not part words with spaces.
func standsAlone(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}

// newToken finishes a token: look-alike letters replaced, other readings added.
func newToken(text string, word, start, end int) Token {
	text, alts := readings(text)
	return Token{Text: text, Alts: alts, Word: word, Start: start, End: end}
}
