package web

import (
	"strings"
	"testing"
)

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"Ana", "\u202egnp.exe", "a\nb", "\xff\x00", strings.Repeat("long ", 99)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := CleanName(s)
		if len([]rune(n)) > MaxName || strings.ContainsAny(n, "\n\r\t\x00\u202e\u2066") || CleanName(n) != n {
			t.Errorf("%q became %q", s, n)
		}
	})
}
