package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// readSigns replaces symbols used as letters inside a word, "$tupid", "@sshole", "f*ck", by these letters. The text keeps its length
// in bytes, so that tokens still point to their origin. Addresses and amounts keep their symbols.
func readSigns(text string) string {
	if !strings.ContainsAny(text, "$@*!+#") {
		return text
	}
	b := []byte(text)
	for i, c := range b {
		before, after := i > 0 && wordByte(text[i-1]), i+1 < len(b) && wordByte(text[i+1])
		switch {
		case c == '$' &&
			(after || before && lowerByte(text[i-1]) && (i > 1 || i+1 < len(b) && text[i+1] == '$') ||
				i > 0 && b[i-1] == 's' && text[i-1] == '$'):
			b[i] = 's'
		case c == '!' && before && after && lowerByte(text[i-1]) && lowerByte(text[i+1]):
			b[i] = 'i'
		case c == '#' && before && after && lowerByte(text[i-1]): // a star by another sign
			b[i] = '*'
		case c == '+' && before && lowerByte(text[i-1]) && (after || i+1 == len(b) && i > 1 && i < maxPlus):
			b[i] = 't'
		case c == '@' && after && !strings.Contains(text[i:], ".") && (before || i == 0):
			b[i] = 'a'
		}
	}
	if text = string(b); !strings.Contains(text, "*") {
		return text
	}
	return uncensor(text)
}

// maxPlus is the position from which a plus at the end of a word is not a letter: "shi+" is a word, "google+" a name.
const maxPlus = 4

// wordByte reports whether a byte is a Latin letter.
func wordByte(c byte) bool { return lowerByte(c | 0x20) }

func lowerByte(c byte) bool { return c >= 'a' && c <= 'z' }

// censored maps censored spellings of words to the words; both have the same length.
var censored = strings.NewReplacer(strings.Fields(strings.Join(lexicon.Lines("censored"), " "))...)

// uncensor replaces asterisks by letters if the word is known; the case of what is replaced is lost.
func uncensor(text string) string {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return text
	}
	if out := censored.Replace(lower); out != lower {
		return out
	}
	return text
}
