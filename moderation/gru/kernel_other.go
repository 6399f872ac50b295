//go:build !amd64

package gru

// timesBlock makes out x times a block of weights, a row of atOnce for each number of x.
func timesBlock(out *[atOnce]float32, weights, x []float32) { timesInGo(out, weights, x) }

// gates makes the state after a token.
func (c *curve) gates(after, before, input, fromState []float32) {
	c.gatesInGo(after, before, input, fromState)
}

// pool raises most to the highest of some states, and adds their sum.
func pool(most, sum, statesMost, statesSum []float32) { poolInGo(most, sum, statesMost, statesSum) }
