// Package names makes the names of people safe to show, and keeps those of hosts and the bot for them.
package names

import (
	"strings"
	"unicode"
)

// MaxLength is the longest display name, in characters.
const MaxLength = 128

// Clean makes a display name safe to show, of at most 128 characters.
func Clean(s, fallback string) string {
	if s = Line(s, MaxLength); s == "" {
		return fallback
	}
	return s
}

// Line makes a text safe to show: valid UTF-8, one line, no control and no bidirectional formatting characters (they
// could make one name look like another), at most so many characters.
func Line(s string, most int) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range strings.ToValidUTF8(s, "") {
		if n >= most {
			break
		}
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unseen(r) || r == unicode.ReplacementChar {
			continue
		}
		if space && n+1 < most {
			b.WriteByte(' ')
			n++
		}
		space = false
		b.WriteRune(r)
		n++
	}
	return b.String()
}
