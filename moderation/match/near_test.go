//go:build !race

package match

import (
	"slices"
	"strings"
	"testing"
)

// TestEndlessWords: a word that is far longer than any listed one is not compared letter by letter.
func TestEndlessWords(t *testing.T) {
	for _, form := range []Form{Near, Sound} {
		x := &vocabulary{form: form, ids: map[string]uint32{}, keys: map[string][]uint32{}}
		id := x.enter("scammer", "en")
		for said, want := range map[string][]uint32{"scammer": {id}, "scamer": {id}, strings.Repeat("scammer", 2000): nil} {
			if got := x.formsOf(said, formCache{}); !slices.Equal(got, want) {
				t.Errorf("%s: %.20s is %v, want %v", form, said, got, want)
			}
		}
		endless := strings.Repeat("scammer", 2000)
		if n := testing.AllocsPerRun(1, func() { x.formsOf(endless, formCache{}) }); n > 2 {
			t.Errorf("%s: %d letters take %v allocations", form, len(endless), n)
		}
	}
}
