// Package confusables tells which characters look like Latin letters and digits, after the confusables of Unicode Technical
// Standard 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection). Its table is the one for names and for words alike.
package confusables

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed confusables.txt
var file string

// table is read when it is first asked for.
var table = sync.OnceValue(func() map[rune]string {
	out := map[rune]string{}
	for line := range strings.Lines(file) {
		like, chars, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || like == "#" {
			continue
		}
		for _, r := range chars {
			out[r] = like
		}
	}
	return out
})

// Latin returns the Latin letters or digits, in lower case, that a character looks like, or "" when it looks like none but
// itself. What compatibility decomposition (NFKD) takes apart is not in the table. Any goroutine may call it.
func Latin(r rune) string { return table()[r] }
