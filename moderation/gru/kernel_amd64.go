package gru

import "golang.org/x/sys/cpu"

// eight is how many numbers AVX2 computes with at once.
const eight = 8

// timesAVX2 is timesInGo. There is at least one row.
//
//go:noescape
func timesAVX2(out *[atOnce]float32, weights, x *float32, rows int)

// gatesAVX2 is gatesInGo for a state of n numbers, a multiple of eight.
//
//go:noescape
func gatesAVX2(after, before, input, fromState *float32, c *curve, n int)

// poolAVX2 is poolInGo for n numbers, a multiple of eight.
//
//go:noescape
func poolAVX2(most, sum, statesMost, statesSum *float32, n int)

// timesBlock makes out x times a block of weights, a row of atOnce for each number of x.
func timesBlock(out *[atOnce]float32, weights, x []float32) {
	if !cpu.X86.HasAVX2 {
		timesInGo(out, weights, x)
		return
	}
	timesAVX2(out, &weights[0], &x[0], len(x))
}

// gates makes the state after a token.
func (c *curve) gates(after, before, input, fromState []float32) {
	n := len(after)
	if !cpu.X86.HasAVX2 || n%eight != 0 {
		c.gatesInGo(after, before, input, fromState)
		return
	}
	gatesAVX2(&after[0], &before[:n][0], &input[:3*n][0], &fromState[:3*n][0], c, n)
}

// pool raises most to the highest of some states, and adds their sum.
func pool(most, sum, statesMost, statesSum []float32) {
	n := len(most)
	if !cpu.X86.HasAVX2 || n%eight != 0 {
		poolInGo(most, sum, statesMost, statesSum)
		return
	}
	poolAVX2(&most[0], &sum[:n][0], &statesMost[:n][0], &statesSum[:n][0], n)
}
