package impairtest

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestImpairer(t *testing.T) {
	const n = 100000
	for _, c := range []Impairment{
		{Seed: 1, Loss: 0.1},
		{Seed: 2, Loss: 0.3, Burst: 8},
		{Seed: 3, Loss: 0.05, Burst: 3, Duplicate: 0.2, ReorderBy: time.Second},
	} {
		lost, runs, twice, before := 0, 0, 0, false
		im := NewImpairer(c)
		for i := range n {
			got := im.Deliver(time.Duration(i) * time.Second)
			if len(got) == 0 {
				lost++
				if !before {
					runs++
				}
			}
			before = len(got) == 0
			if len(got) == 2 {
				twice++
			}
		}
		if s := float64(lost) / n; math.Abs(s-c.Loss) > 0.02 {
			t.Errorf("%+v: %.3f lost", c, s)
		}
		want := max(c.Burst, 1/(1-c.Loss))
		if l := float64(lost) / float64(runs); math.Abs(l-want) > want/10 {
			t.Errorf("%+v: %.2f lost in a row, want %.2f", c, l, want)
		}
		if s := float64(twice) / float64(n-lost); math.Abs(s-c.Duplicate) > 0.02 {
			t.Errorf("%+v: %.3f twice", c, s)
		}
	}
}

func TestImpairerRepeats(t *testing.T) {
	c := Impairment{Seed: 4, Loss: 0.2, Burst: 3, Jitter: time.Second, Reorder: 0.1, ReorderBy: time.Second, Duplicate: 0.1, SkewPPM: 100}
	a, b := NewImpairer(c), NewImpairer(c)
	for i := range 1000 {
		at := time.Duration(i) * time.Second
		if x, y := a.Deliver(at), b.Deliver(at); !slices.Equal(x, y) {
			t.Fatalf("packet %d: %v and %v", i, x, y)
		}
	}
}
