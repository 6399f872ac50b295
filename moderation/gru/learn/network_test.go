package learn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/moderation/gru"
)

// TestGradientsAreThoseOfTheLoss compares the way back through the network with small steps of its weights.
func TestGradientsAreThoseOfTheLoss(t *testing.T) {
	shape := gru.Shape{Dim: 32, Hidden: 32, Outputs: 2}
	r := rand.New(rand.NewPCG(1, 2))
	dense := make([]float32, shape.Size())
	for i := range dense {
		dense[i] = r.Float32() - 0.5
	}
	n := NewNetwork(shape, dense, 8)
	n.N = 4
	for i := range n.N * n.dim {
		n.X[i] = r.Float32() - 0.5
	}
	keep := slices.Repeat([]float32{1}, len(n.pooled))
	want := []float64{1, 0}
	loss := func() float64 {
		out := make([]float64, 2)
		n.Forward(keep, out)
		sum := 0.0
		for k, z := range out {
			p := 1 / (1 + math.Exp(-z))
			sum -= want[k]*math.Log(p) + (1-want[k])*math.Log(1-p)
		}
		return sum
	}
	out, values := make([]float64, 2), make([]float32, 2)
	n.Forward(keep, out)
	for k, z := range out {
		values[k] = float32(1/(1+math.Exp(-z)) - want[k])
	}
	grads, gx := make([]float32, len(dense)), make([]float32, len(n.X))
	n.Backward(keep, values, shape.Parts(grads), gx)
	check := func(what string, at *float32, got float32) {
		t.Helper()
		const step = 1e-2
		was := *at
		*at = was + step
		up := loss()
		*at = was - step
		down := loss()
		*at = was
		if slope := (up - down) / (2 * step); math.Abs(slope-float64(got)) > 6e-3+0.05*math.Abs(slope) {
			t.Errorf("%s: the gradient is %.5f, the slope %.5f", what, got, slope)
		}
	}
	for range 200 {
		i := r.IntN(len(dense))
		check(fmt.Sprintf("weight %d", i), &dense[i], grads[i])
	}
	for i := range n.N * n.dim {
		check(fmt.Sprintf("input %d", i), &n.X[i], gx[i])
	}
}
