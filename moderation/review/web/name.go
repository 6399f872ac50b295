package web

import (
	"strings"
	"unicode"
)

// MaxName is the maximum length of a displayed name, in characters.
const MaxName = 128

// CleanName makes a name from the room safe to display: one line, no control or direction-changing characters, at most 128
// characters.
func CleanName(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > MaxName {
		s = string(r[:MaxName-1]) + "…"
	}
	return s
}
