package lounge

import (
	"strings"
	"unicode"
)

// maxName is the longest display name, in characters.
const maxName = 128

// cleanName makes a display name safe to show, of at most 128 characters.
func cleanName(s, fallback string) string {
	if s = clean(s, maxName); s == "" {
		return fallback
	}
	return s
}

// clean makes a text safe to show: valid UTF-8, one line, no control and no bidirectional formatting characters (they
// could make one name look like another), at most so many characters.
func clean(s string, most int) string {
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
