package terminal

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Plain makes text of others (names, words, paths) safe to print as one line: control characters could drive the
// terminal, and bidirectional formatting could make one name look like another.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// PlainLines is Plain, but keeps line breaks.
func PlainLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = Plain(l)
	}
	return strings.Join(lines, "\n")
}

// Indent writes a label before the first line of a text, and lines the others up below it.
func Indent(label, text string) string {
	return label + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", len(label))) + "\n"
}

// OrDash is a cell of a table, which is never empty.
func OrDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Timestamp is a time of a session, in ms from its start, to the second.
func Timestamp(ms int64) string {
	s := ms / 1000
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Minute is a time of day as this machine's clock shows it, with its date.
func Minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
