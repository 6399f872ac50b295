package sqlite

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever a damaged page holds, the space to overwrite lies inside it and outside its header and pointers.
func FuzzLayout(f *testing.F) {
	leaf := make([]byte, 512)
	leaf[0], leaf[4], leaf[5] = leafTable, 2, 1
	interior := make([]byte, 512)
	interior[0], interior[4], interior[5] = interiorIndex, 3, 1
	f.Add(leaf, false)
	f.Add(interior, false)
	f.Add(make([]byte, 512), true)
	f.Fuzz(func(t *testing.T, page []byte, first bool) {
		if len(page) < 512 {
			return
		}
		start, end, _, err := layout(page, first)
		if err == nil && (start < 8 || start > end || end > len(page)) {
			t.Errorf("space %d to %d of %d bytes", start, end, len(page))
		}
	})
}

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

// Whatever lies in the reserve's file, it is read as nothing or as what was written there.
func FuzzReserve(f *testing.F) {
	whole := sealHalf(7, []byte(`{"s1":[]}`))
	f.Add(whole, 3)
	f.Add(append(whole, make([]byte, 100)...), 20)
	f.Fuzz(func(t *testing.T, b []byte, flip int) {
		if len(b) < 24 {
			return // a half is never that short
		}
		openHalf(b)
		sealed := sealHalf(9, b)
		if n, body := openHalf(sealed); n != 9 || !bytes.Equal(body, b) {
			t.Errorf("%d bytes written, generation %d with %d read", len(b), n, len(body))
		}
		if flip %= len(sealed); flip < 0 {
			flip = -flip
		}
		sealed[flip] ^= 0x40
		if n, _ := openHalf(sealed); n != 0 {
			t.Errorf("byte %d was changed, and it is read as if not", flip)
		}
	})
}

// Whatever lies in the journal's file is read without an end, and what was written there is found among it.
func FuzzJournal(f *testing.F) {
	f.Add("{\"origin\":\"a\"}\n{\"taken\":{\"uid\":\"1\",\"what\":\"words\"}}\n")
	f.Add("{\"removal\":{\"id\":1,\"hash\":\"x\"}}")
	f.Add("[]\n\"origin\"\n{\"removal\":null,\"taken\":3}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := parseJournal(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		_, all, err := parseJournal(strings.NewReader(text + "\n{\"taken\":{\"uid\":\"mine\",\"what\":\"user\"}}\n"))
		if err != nil || !slices.ContainsFunc(all.taken, func(x taken) bool { return x.UID == "mine" && x.What == takenUser }) {
			t.Errorf("%d entries, %v", len(all.taken), err)
		}
	})
}
