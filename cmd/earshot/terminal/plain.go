package terminal

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Plain makes untrusted text (names, words, paths) safe to print on one line: control characters could control the terminal,
// and bidirectional formatting could disguise one name as another.
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

// reasons are the words for programs by which connectors say that they failed; what they wrap says it to people.
var reasons = regexp.MustCompile(`(^|: )(?:failed:(?:ice|auth|server)|denied): `)

// WithoutReasons leaves out of an error's text the words for programs that say why a session ended.
func WithoutReasons(text string) string { return reasons.ReplaceAllString(text, "$1") }

// PlainLines is Plain, but keeps line breaks.
func PlainLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = Plain(l)
	}
	return strings.Join(lines, "\n")
}

// OrDash returns a table cell, which is never empty.
func OrDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Timestamp formats a session time, in ms from the start, to the second.
func Timestamp(ms int64) string {
	s := ms / 1000
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Minute formats a time with its date, in this machine's time zone.
func Minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
