package train

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"earshot/moderation/summary/readable"
)

// club is so many made-up sentences.
func club(n int) [][]readable.Word {
	var out [][]readable.Word
	things := strings.Fields("boat mast sail river shed club lamp bridge")
	for i := range n {
		a, b, c := things[i%8], things[(i/8+3)%8], things[(i/64+5)%8]
		text := fmt.Sprintf("The %s of the %s was near the old %s, and %d people painted it.", a, b, c, i)
		out = append(out, readable.Split(text, func(low string) bool { return low == fmt.Sprint(i) }))
	}
	return out
}

func TestSameSeedSameNetwork(t *testing.T) {
	pool := club(64)
	var judged []Sentence
	for i, ws := range pool {
		x := Sentence{Words: ws}
		x.Defects[readable.Poor] = float64(i % 2)
		judged = append(judged, x)
	}
	rounds := 0
	trained := func(seed uint64) *readable.File {
		opts := Options{Seed: seed, Rounds: 1, Progress: func(done, all int) { rounds += done; _ = all }}
		spoilt := Spoilt(pool, opts)
		f := spoilt.Judged(judged, opts).File("made up")
		if reflect.DeepEqual(f, spoilt.File("made up")) {
			t.Error("nothing was learned of what was judged")
		}
		if _, err := readable.New(f); err != nil {
			t.Error(err)
		}
		return f
	}
	first := trained(1)
	if !reflect.DeepEqual(first, trained(1)) {
		t.Error("the same seed made another network")
	}
	if reflect.DeepEqual(first, trained(2)) {
		t.Error("another seed made the same network")
	}
	if rounds != 6 {
		t.Errorf("%d rounds were told", rounds)
	}
}

// TestSpoil: what is spoilt is no longer what it was, and what it was made from stays.
func TestSpoil(t *testing.T) {
	always := func(string) bool { return true }
	pool := append(club(80), readable.Split("Do.", always), readable.Split("A boat, is it?", always))
	s := spoiler{rand.New(rand.NewPCG(1, 2)), pool}
	kinds, same := map[readable.Defect]int{}, 0
	for range 50 {
		for _, ws := range pool {
			was := slices.Clone(ws)
			got, d := s.spoil(ws)
			kinds[d]++
			if slices.Equal(got, was) {
				same++ // as two halves of sentences that are alike may make
			}
			if len(got) == 0 {
				t.Errorf("nothing is left of %v", was)
			}
			if !slices.Equal(ws, was) {
				t.Fatalf("%v was changed to %v", was, ws)
			}
		}
	}
	if kinds[readable.Broken] < 3*kinds[readable.Cut] || kinds[readable.Cut] == 0 || len(kinds) != 2 || same > 20 {
		t.Errorf("%v, %d are as they were", kinds, same)
	}
}
