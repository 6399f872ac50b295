// Package learn trains networks of gated recurrent units: backpropagation through time, and Adam (D. P. Kingma, J. Ba, ICLR 2015).
// Nothing in it is drawn by lot but what its caller draws.
package learn

import (
	"math"

	"earshot/moderation/gru"
)

// Network is a network with what it remembers of a sequence for the way back.
type Network struct {
	dim, hidden, labels int
	p                   gru.Dense
	N                   int       // vectors of the sequence
	X                   []float32 // the vectors
	gates               [2][]float32
	inner               [2][]float32 // what the state adds to the new gate, before it is reset
	states              [2][]float32
	pooled              []float32
	top                 []int // where the maxima lie
	from, to            []float32
	back, before        []float32 // gradients of a state, and of the one before
}

// NewNetwork is one of a shape for sequences of at most so many vectors. It computes with dense, which the caller changes as it learns.
func NewNetwork(r gru.Shape, dense []float32, most int) *Network {
	n := &Network{dim: r.Dim, hidden: r.Hidden, labels: r.Outputs, p: r.Parts(dense)}
	n.X = make([]float32, most*r.Dim)
	for d := range 2 {
		n.gates[d] = make([]float32, most*3*r.Hidden)
		n.inner[d] = make([]float32, most*r.Hidden)
		n.states[d] = make([]float32, most*r.Hidden)
	}
	n.pooled, n.top = make([]float32, 4*r.Hidden), make([]int, 2*r.Hidden)
	n.from, n.to = make([]float32, 3*r.Hidden), make([]float32, 3*r.Hidden)
	n.back, n.before = make([]float32, r.Hidden), make([]float32, r.Hidden)
	return n
}

// place is the token that step s of a direction reads.
func (n *Network) place(direction, s int) int {
	if direction == 1 {
		return n.N - 1 - s
	}
	return s
}

// Forward runs over the N vectors in X and writes the outputs. keep says how much each pooled feature counts.
func (n *Network) Forward(keep []float32, out []float64) {
	for d := range 2 {
		for s := range n.N {
			n.unit(d, s)
		}
		n.pool(d)
	}
	for k := range out {
		out[k] = float64(n.p.OutputBias[k])
	}
	for i, v := range n.pooled {
		row := n.p.Output[i*n.labels:][:n.labels]
		for k, w := range row {
			out[k] += float64(v * keep[i] * w)
		}
	}
}

// unit is one step of the unit of a direction.
func (n *Network) unit(d, s int) {
	h, t := n.hidden, n.place(d, s)
	in, st := n.from, n.to
	copy(in, n.p.Bias[d])
	clear(st)
	for i, v := range n.X[t*n.dim:][:n.dim] {
		add(in, v, n.p.Input[d][i*3*h:])
	}
	var before []float32
	if s > 0 {
		before = n.states[d][n.place(d, s-1)*h:][:h]
		for i, v := range before {
			add(st, v, n.p.State[d][i*3*h:])
		}
	}
	gates, state := n.gates[d][t*3*h:][:3*h], n.states[d][t*h:][:h]
	copy(n.inner[d][t*h:][:h], st[2*h:])
	for j := range h {
		update, reset := sigmoid(in[j]+st[j]), sigmoid(in[h+j]+st[h+j])
		next := float32(math.Tanh(float64(in[2*h+j] + reset*st[2*h+j])))
		gates[j], gates[h+j], gates[2*h+j] = update, reset, next
		state[j] = (1 - update) * next
		if before != nil {
			state[j] += update * before[j]
		}
	}
}

// pool writes the maxima and means of the states of a direction.
func (n *Network) pool(d int) {
	h := n.hidden
	for j := range h {
		best, sum := 0, float32(0)
		for t := range n.N {
			v := n.states[d][t*h+j]
			sum += v
			if v > n.states[d][best*h+j] {
				best = t
			}
		}
		n.top[d*h+j] = best
		n.pooled[d*h+j], n.pooled[(2+d)*h+j] = n.states[d][best*h+j], sum/float32(n.N)
	}
}

// Backward adds the gradients of the weights to g and writes those of the vectors to gx, for the gradients of the outputs.
func (n *Network) Backward(keep []float32, values []float32, g gru.Dense, gx []float32) {
	pooled := make([]float32, len(n.pooled))
	for k, v := range values {
		g.OutputBias[k] += v
	}
	for i, p := range n.pooled {
		row, grad := n.p.Output[i*n.labels:][:n.labels], g.Output[i*n.labels:][:n.labels]
		for k, v := range values {
			grad[k] += p * keep[i] * v
			pooled[i] += row[k] * v
		}
		pooled[i] *= keep[i]
	}
	clear(gx[:n.N*n.dim])
	for d := range 2 {
		clear(n.back)
		for s := n.N - 1; s >= 0; s-- {
			n.unitBack(d, s, pooled, g, gx)
		}
	}
}

// unitBack takes one step of the unit of a direction back. n.back is the gradient of its state from later steps.
func (n *Network) unitBack(d, s int, pooled []float32, g gru.Dense, gx []float32) {
	h, t := n.hidden, n.place(d, s)
	gates, toInput, toState := n.gates[d][t*3*h:][:3*h], n.from, n.to
	var before []float32
	if s > 0 {
		before = n.states[d][n.place(d, s-1)*h:][:h]
	}
	for j := range h {
		grad := n.back[j] + pooled[(2+d)*h+j]/float32(n.N)
		if n.top[d*h+j] == t {
			grad += pooled[d*h+j]
		}
		update, reset, next, old := gates[j], gates[h+j], gates[2*h+j], float32(0)
		if before != nil {
			old = before[j]
		}
		dNext := grad * (1 - update) * (1 - next*next)
		dUpdate := grad * (old - next) * update * (1 - update)
		dReset := dNext * n.inner[d][t*h+j] * reset * (1 - reset)
		toInput[j], toInput[h+j], toInput[2*h+j] = dUpdate, dReset, dNext
		toState[j], toState[h+j], toState[2*h+j] = dUpdate, dReset, dNext*reset
		n.before[j] = grad * update
	}
	add(g.Bias[d], 1, toInput)
	for i, v := range n.X[t*n.dim:][:n.dim] {
		gx[t*n.dim+i] += outer(g.Input[d][i*3*h:][:3*h], n.p.Input[d][i*3*h:][:3*h], v, toInput)
	}
	for i, v := range before {
		n.before[i] += outer(g.State[d][i*3*h:][:3*h], n.p.State[d][i*3*h:][:3*h], v, toState)
	}
	n.back, n.before = n.before, n.back
}

// outer adds x times the gradients to those of a row of weights, and returns what the gradients are for x.
func outer(grads, weights []float32, x float32, by []float32) float32 {
	sum := float32(0)
	by = by[:len(grads)]
	weights = weights[:len(grads)]
	for j, v := range by {
		grads[j] += x * v
		sum += weights[j] * v
	}
	return sum
}

// add adds x times w to y.
func add(y []float32, x float32, w []float32) {
	if x == 0 {
		return
	}
	w = w[:len(y)]
	for j := range y {
		y[j] += x * w[j]
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }
