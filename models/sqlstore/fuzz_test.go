package sqlstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A words column is read back as it was written, or refused; it never makes words of unequal parts.
func FuzzUnpackWords(f *testing.F) {
	f.Add(`{"t":["a"],"s":[1],"e":[2],"p":[0.5]}`)
	f.Add(`{"t":["a","b"],"s":[1],"e":[2],"p":[0.5]}`)
	f.Add(``)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, column string) {
		words, err := unpackWords(column)
		if err != nil {
			return
		}
		again, err := packWords(words)
		if err != nil {
			t.Fatal(err)
		}
		back, err := unpackWords(again)
		if err != nil || len(back) != len(words) {
			t.Errorf("%d words became %d (%v)", len(words), len(back), err)
		}
		for i := range words {
			words[i].Text = clean(words[i].Text)
			if diff := cmp.Diff(words[i], back[i]); diff != "" {
				t.Error(diff)
			}
		}
	})
}
