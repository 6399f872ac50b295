package names

import (
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	long := make([]rune, 1000)
	for i := range long {
		long[i] = 'ü'
	}
	for in, want := range map[string]string{
		"Ana":                  "Ana",
		"  Ana \t\n Maria  ":   "Ana Maria",
		"\u202egnipsihw\u202c": "gnipsihw",
		"a\x00b\x1bc":          "abc",
		"\xff\xfeok":           "ok",
		"":                     "Guest",
		" \u200b ":             "Guest",
		"<b>x</b>":             "<b>x</b>",
		string(long):           string(long[:MaxLength]),
	} {
		if got := Clean(in, "Guest"); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("Ana \u202e")
	f.Fuzz(func(t *testing.T, in string) {
		got := Clean(in, "G")
		if !utf8.ValidString(got) || got == "" || utf8.RuneCountInString(got) > MaxLength || Clean(got, "G") != got {
			t.Errorf("cleanName(%q) = %q", in, got)
		}
	})
}
