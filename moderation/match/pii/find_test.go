//go:build !race

package pii_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/match/pii"
)

func words(text string) (out []models.Word) {
	for _, f := range strings.Fields(text) {
		out = append(out, models.Word{Text: f})
	}
	return out
}

// FuzzFind: what is found is made of words that were said, each named once and in order.
func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"five five five 0123", "john@gmail.com", "double double", "12 Baker Street", "plus + . @ at dot com", "twenty", "dua puluh",
		"my card is 4242 4242 4242 4242", "jalan Mawar nomor 12 rumah",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		said := words(s)
		for _, found := range pii.Find(said, func(string) bool { return true }) {
			if !slices.Contains(pii.Kinds, found.Kind) || len(found.Words) == 0 {
				t.Fatalf("%q: %+v", s, found)
			}
			for i, w := range found.Words {
				if w >= len(said) || w < 0 || i > 0 && found.Words[i-1] >= w {
					t.Fatalf("%q: %+v", s, found)
				}
			}
		}
	})
}

func ExampleFind() {
	said := words("call me on double five five, uh, oh one two three or write to john dot smith at gmail dot com")
	for _, found := range pii.Find(said, func(string) bool { return true }) {
		fmt.Print(found.Kind, ":")
		for _, i := range found.Words {
			fmt.Print(" ", said[i].Text)
		}
		fmt.Println()
	}
	// Output:
	// phone: double five five, oh one two three
	// email: john dot smith at gmail dot com
}
