//go:build !race

package pii

import (
	"strings"
	"testing"

	"earshot/models"
)

// TestSurnames: family names are found where they name somebody, and words that are names as well only where they are meant so.
func TestSurnames(t *testing.T) {
	for said, want := range map[string]string{
		"hi i'm robert miller":                "robert miller",
		"my name is Sarah Young":              "Sarah Young",
		"my name is sarah young and i am new": "sarah young",
		"my last name is Kowalczyk":           "Kowalczyk",
		"my surname is henderson":             "henderson",
		"then Robert J. Miller said it":       "Robert Miller",
		"Mr Johnson told me":                  "Johnson",
		"ask mister Baker about it":           "Baker",
		"i met mary o'brien's sister":         "mary o'brien's",
		"nama saya budi santoso":              "budi santoso",
		"marga saya simanjuntak":              "simanjuntak",
		"me llamo carlos fernandez":           "carlos fernandez",
		"ich heiße anna schmidt":              "anna schmidt",
		"we talked to Will Smith":             "Will Smith",
		"hi i'm sarah":                        "",
		"my name is bob and i'm an alcoholic": "",
		"i'm white":                           "",
		"i am so young":                       "",
		"i will cook":                         "",
		"my name's Bob Dylan":                 "Bob Dylan",
		"i live in george washington square":  "",
		"My name is Bob and":                  "",
		"mark my words":                       "",
		"bob has a long day":                  "",
		"bill banks for it":                   "",
		"my last name is not your business":   "",
		"my last name is a secret":            "",
		"bob, miller time":                    "",
		"this is long":                        "",
		"thank you sarah good night":          "",
		"doctor says i should rest":           "",
		"miss you all":                        "",
		"john and mary went to the park":      "",
		"saya suka musik":                     "",
		"Bob S. is here":                      "",
		"my sponsor john walks in the park":   "",
		"the grand canyon is in arizona":      "",
		"grace long awaited":                  "",
		"Anna and Miller, my dog, came":       "",
		"please welcome Diana":                "",
		"soy de madrid":                       "",
	} {
		var words []models.Word
		for _, w := range strings.Fields(said) {
			words = append(words, models.Word{Text: w})
		}
		var got []string
		for _, f := range Find(words, func(kind string) bool { return kind == Surname }) {
			for _, i := range f.Words {
				got = append(got, strings.Trim(words[i].Text, ".,"))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
