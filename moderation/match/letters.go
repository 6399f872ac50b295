package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"earshot/moderation/match/lexicon"
)

// letter is one normalised character and the bytes it comes from. Joints are characters that separate tokens.
type letter struct {
	r          rune
	start, end int
}

const (
	jointSpace      = ' '
	jointApostrophe = '\''
	jointComma      = ',' // parts words, but not the thousands of a number
	percentSign     = '%' // parts words, and is a word itself
)

// decompose converts text to letters and joints: compatibility decomposition (NFKD, UAX #15) of each character with its marks,
// decorative marks removed, lower case, all kinds of apostrophes unified, format characters (soft hyphens, joiners) dropped.
func decompose(s string, out []letter) []letter {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			out = append(out, letter{asciiLetter(c), i, i + 1})
			i++
			continue
		}
		n := norm.NFKD.NextBoundaryInString(s[i:], true)
		out = decomposeCluster(s, i, i+max(n, 1), out)
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
	case c == '%':
		return percentSign
	}
	return jointSpace
}

// isJoint reports whether a letter separates tokens.
func isJoint(r rune) bool {
	return r == jointSpace || r == jointApostrophe || r == jointComma || r == percentSign
}

// decomposeCluster decomposes one base character with its marks.
func decomposeCluster(s string, start, end int, out []letter) []letter {
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

// decorated reports whether marks on a letter are decoration. In other scripts they are vowels, and part of the word. A mark after a
// joint has no letter.
func decorated(base rune) bool {
	return base < utf8.RuneSelf || unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// appendLetter appends a letter in lower case, including the few that decomposition does not cover.
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

// undecomposed are letters with a plain spelling that Unicode does not define as a decomposition, and case folds.
var undecomposed = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ħ': "h", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ð': "d", 'þ': "th", 'ς': "σ",
}

func isApostrophe(r rune) bool { return strings.ContainsRune(lexicon.Apostrophes, r) }

// standsAlone reports whether a letter is a token by itself, in scripts without spaces between words.
func standsAlone(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}
