package models

import (
	"math"
	"testing"
)

func TestBlindNumbersTellNothing(t *testing.T) {
	b, other := NewBlind(), NewBlind()
	seen := map[string]bool{}
	for _, n := range []uint64{0, 1, 2, 3, 1 << 40, math.MaxUint64} {
		text := b.Text(n)
		if back, ok := b.Number(text); back != n || !ok || seen[text] || len(text) != 22 {
			t.Errorf("%d becomes %q and %d again", n, text, back)
		}
		seen[text] = true
		if _, ok := other.Number(text); ok {
			t.Errorf("another run reads %q", text)
		}
	}
	for _, text := range []string{"", "1", "1a", "AAAAAAAAAAAAAAAAAAAAAA", b.Text(7)[1:], b.Text(7) + "x", "!!!!!!!!!!!!!!!!!!!!!!"} {
		if n, ok := b.Number(text); ok {
			t.Errorf("%q is read as %d", text, n)
		}
	}
}
