package web

import (
	"strings"
	"unicode"
)

// MaxName is the maximum length of a displayed name, in characters.
const MaxName = 128

// Doer names who did something, as a person would say it: a command, which the record has as "cli:NAME", is NAME on the command line.
func Doer(by string) string {
	name, command := strings.CutPrefix(by, "cli:")
	switch {
	case command && name != "":
		return CleanName(name) + " on the command line"
	case command, by == "cli":
		return "somebody on the command line"
	}
	return CleanName(by)
}

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
