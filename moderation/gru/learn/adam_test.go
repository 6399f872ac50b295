package learn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAdamFindsWhereTheLossIsLeast: of (x-3)², and the rows of a table that were looked up likewise.
func TestAdamFindsWhereTheLossIsLeast(t *testing.T) {
	dense, rows := []float32{0, 10}, []float32{0, 0, 7, 7}
	table := NewTable(rows, 2)
	a := NewAdam(Rules{Divisor: 1, Longest: 100, Tables: 1}, dense, false, table)
	for range 4000 {
		for i, x := range dense {
			a.Grads[i] = 2 * (x - 3)
		}
		x := make([]float32, 2)
		table.Add(0, 0.5, x)
		table.Learn(0, 0.5, []float32{2 * (x[0] - 3), 2 * (x[1] + 1)})
		a.Move(0.01)
	}
	for i, x := range dense {
		if math.Abs(float64(x-3)) > 0.05 {
			t.Errorf("number %d came to %v", i, x)
		}
	}
	for i, want := range []float32{6, -2, 7, 7} {
		if math.Abs(float64(rows[i]-want)) > 0.1 {
			t.Errorf("rows %v, want 6 -2 7 7", rows)
			break
		}
	}
}

// TestPulledToWhereItBegan: nothing else to learn from, a network that was trained goes back to what it was.
func TestPulledToWhereItBegan(t *testing.T) {
	dense, rows := []float32{1, -2}, []float32{4}
	table := NewTable(rows, 1)
	a := NewAdam(Rules{Divisor: 1, Longest: 1, Tables: 1, Pull: 0.5}, dense, true, table)
	copy(dense, []float32{2, 2})
	rows[0] = 0
	for range 2000 {
		table.Learn(0, 1, []float32{0})
		a.Move(0.05)
	}
	if math.Abs(float64(dense[0]-1)) > 0.01 || math.Abs(float64(dense[1]+2)) > 0.01 || math.Abs(float64(rows[0]-4)) > 0.01 {
		t.Errorf("%v and %v", dense, rows)
	}
}

// TestLongGradientsAreCut: one batch moves nothing further than the rate lets it, however long its gradient is.
func TestLongGradientsAreCut(t *testing.T) {
	dense := []float32{0}
	a := NewAdam(Rules{Divisor: 1, Longest: 1, Tables: 1}, dense, false)
	for range 3 {
		a.Grads[0] = 1e9
		a.Move(0.001)
	}
	if first := a.first[0]; first > 1 || math.IsNaN(float64(dense[0])) || dense[0] > 0 {
		t.Errorf("%v, its mean gradient %v", dense, first)
	}
}

func TestDropout(t *testing.T) {
	kept := Dropout(10_000, 0.8, rand.New(rand.NewPCG(1, 2)))
	n, sum := 0, float32(0)
	for _, k := range kept {
		sum += k
		if k > 0 {
			n++
		}
	}
	if n < 7_800 || n > 8_200 || math.Abs(float64(sum)/10_000-1) > 0.03 || slices.Max(kept) != 1.25 {
		t.Errorf("%d are kept, of %v together", n, sum)
	}
}
