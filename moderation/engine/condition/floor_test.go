//go:build !race

package condition

import (
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/models"
)

// TestFloorLooksBackOnlySoFar: what is looked at from a time on is the same as if all were looked at.
func TestFloorLooksBackOnlySoFar(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var f floorState
		at := int64(0)
		for range 60 {
			at += r.Int64N(1800)
			length := 1 + r.Int64N(1500)
			f.add(models.Span{StartMS: at, EndMS: at + length})
			at += length
		}
		since := r.Int64N(at)
		want := slices.DeleteFunc(f.turns(-1), func(v models.Span) bool { return v.EndMS < since })
		if got := f.turns(since); !slices.Equal(got, want) {
			t.Fatalf("turns since %d: %v, want %v", since, got, want)
		}
		var talk int64
		w := models.Span{StartMS: since, EndMS: since + r.Int64N(20_000)}
		for _, v := range f.spans {
			talk += max(0, min(v.EndMS, w.EndMS)-max(v.StartMS, w.StartMS))
		}
		if got := f.talk(w); got != talk {
			t.Fatalf("%d ms in %v, want %d", got, w, talk)
		}
	}
}
