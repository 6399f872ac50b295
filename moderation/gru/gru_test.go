package gru

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCurve(t *testing.T) {
	c := &tangent
	for x := -20.0; x < 20; x += 0.0037 {
		if got, want := float64(c.at(float32(x))), 1/(1+math.Exp(-x)); math.Abs(got-want) > 1e-6 {
			t.Errorf("at(%v) = %v, not %v", x, got, want)
		}
		if got, want := float64(c.tanh(float32(x))), math.Tanh(x); math.Abs(got-want) > 2e-6 {
			t.Errorf("tanh(%v) = %v, not %v", x, got, want)
		}
	}
	for _, x := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e30, -1e30, 7, -7} {
		if got := c.at(x); got < 0 || got > 1 {
			t.Errorf("at(%v) = %v", x, got)
		}
	}
}

func TestMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {3, 7}, {5, 8}, {4, 9}, {32, 96}, {64, 192}} {
		rows, width := size[0], size[1]
		matrix, x := make([]float32, rows*width), make([]float32, rows)
		for i := range matrix {
			if width < atOnce || i/width*2/rows == i%width/atOnce%2 || i%width < atOnce/2 { // else as between parts, and a column of nothing
				matrix[i] = r.Float32() - 0.5
			}
		}
		for i := range x {
			x[i] = r.Float32() - 0.5
		}
		out := make([]float32, Padded(width))
		NewMatrix(matrix, rows).Times(out, x)
		for j := range width {
			want := 0.0
			for i := range rows {
				want += float64(x[i] * matrix[i*width+j])
			}
			if math.Abs(float64(out[j])-want) > 1e-5 {
				t.Errorf("%d rows of %d: column %d is %v, not %v", rows, width, j, out[j], want)
			}
		}
	}
}

// TestKernelsGiveTheSameToTheBit compares what a processor computes with eight numbers at once with what Go computes.
func TestKernelsGiveTheSameToTheBit(t *testing.T) {
	r, c := rand.New(rand.NewPCG(5, 6)), &tangent
	numbers := func(n int, most float32) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = most * (2*r.Float32() - 1)
		}
		return out
	}
	for _, most := range []float32{0.1, 1, 20, 1e9} {
		for _, n := range []int{1, 8, 12, 32, 48} {
			before, input, fromState := numbers(n, 1), numbers(Padded(3*n), most), numbers(Padded(3*n), most)
			got, want := make([]float32, n), make([]float32, n)
			c.gates(got, before, input, fromState)
			c.gatesInGo(want, before, input, fromState)
			if !slices.Equal(got, want) {
				t.Errorf("%d gates up to %v give %v, not %v", n, most, got, want)
			}
			var sums, wanted [atOnce]float32
			weights := numbers(n*atOnce, most)
			timesBlock(&sums, weights, before)
			timesInGo(&wanted, weights, before)
			if sums != wanted {
				t.Errorf("%d rows up to %v add up to %v, not %v", n, most, sums, wanted)
			}
		}
	}
	for _, x := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 7, -7, 0} {
		before, input, fromState := make([]float32, 8), slices.Repeat([]float32{x}, 24), make([]float32, 24)
		got, want := make([]float32, 8), make([]float32, 8)
		c.gates(got, before, input, fromState)
		c.gatesInGo(want, before, input, fromState)
		if !slices.Equal(got, want) {
			t.Errorf("gates at %v give %v, not %v", x, got, want)
		}
	}
}
