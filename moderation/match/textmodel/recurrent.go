package textmodel

import "math"

// recurrently adds the recurrent part's values of the labels to out.
func (m *Model) recurrently(tokens []token, out []float64) {
	tokens = tokens[:min(len(tokens), m.Recurrent.MaxTokens)]
	vectors := make([]float32, len(tokens)*m.Recurrent.Dim)
	for i, t := range tokens {
		m.embed(t, vectors[i*m.Recurrent.Dim:][:m.Recurrent.Dim])
	}
	hidden := m.Recurrent.Hidden
	pooled := make([]float32, 4*hidden) // maxima forward and backward, means forward and backward
	for direction := range 2 {
		m.run(direction, vectors, len(tokens), pooled[direction*hidden:][:hidden], pooled[(2+direction)*hidden:][:hidden])
	}
	for k := range out {
		value := m.outputBias[k]
		for i, p := range pooled {
			value += p * m.output[i*len(out)+k]
		}
		out[k] += m.Mix.Recurrent[k] * float64(value)
	}
}

// embed writes the vector of a token into x: that of the word and that of its category or the mean of those of its parts.
func (m *Model) embed(t token, x []float32) {
	addRow(x, m.words, m.vocab[t.text], m.wordScales, 1)
	if t.isGroup() {
		for d, v := range m.categories[t.category*len(x):][:len(x)] {
			x[d] += v
		}
		return
	}
	r, count, size := m.Recurrent, 0, len(t.text)+2
	for n := r.CharMin; n <= r.CharMax; n++ {
		count += max(0, size-n+1)
	}
	if count == 0 {
		return
	}
	share := 1 / float32(count)
	parts(t.text, fnvBasis, r.CharMin, r.CharMax, func(h uint32) {
		addRow(x, m.grams, int(h)&(r.Buckets-1), m.gramScales, share)
	})
}

// addRow adds a share of a row of bytes with a scale.
func addRow(x []float32, rows []byte, row int, scales []float32, share float32) {
	scale := scales[row] * share
	for d, v := range rows[row*len(x):][:len(x)] {
		x[d] += float32(int8(v)) * scale
	}
}

// run runs the unit of one direction (0 forward, 1 backward) over n vectors, and writes the maximum and the mean of its states.
func (m *Model) run(direction int, vectors []float32, n int, most, mean []float32) {
	hidden, dim := m.Recurrent.Hidden, m.Recurrent.Dim
	u := unit{state: make([]float32, hidden), fromInput: make([]float32, 3*hidden), fromState: make([]float32, 3*hidden)}
	for j := range most {
		most[j] = -1 // states lie between -1 and 1
	}
	for s := range n {
		at := s
		if direction == 1 {
			at = n - 1 - s
		}
		u.step(vectors[at*dim:][:dim], m.input[direction], m.state[direction], m.bias[direction])
		for j, h := range u.state {
			most[j] = max(most[j], h)
			mean[j] += h / float32(n)
		}
	}
}

// unit is a gated recurrent unit at work.
type unit struct{ state, fromInput, fromState []float32 }

// step takes in a vector. The gates stand in the order update, reset, new.
func (u *unit) step(x, input, state, bias []float32) {
	gates := len(u.fromInput)
	copy(u.fromInput, bias)
	clear(u.fromState)
	for i, v := range x {
		addScaled(u.fromInput, v, input[i*gates:])
	}
	for i, v := range u.state {
		addScaled(u.fromState, v, state[i*gates:])
	}
	n := len(u.state)
	for j, h := range u.state {
		update := sigmoid(u.fromInput[j] + u.fromState[j])
		reset := sigmoid(u.fromInput[n+j] + u.fromState[n+j])
		next := float32(math.Tanh(float64(u.fromInput[2*n+j] + reset*u.fromState[2*n+j])))
		u.state[j] = (1-update)*next + update*h
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// addScaled adds x times w to y, four values at a time.
func addScaled(y []float32, x float32, w []float32) {
	if x == 0 {
		return
	}
	w = w[:len(y)]
	i := 0
	for ; i+4 <= len(y); i += 4 {
		a, b := y[i:i+4:i+4], w[i:i+4:i+4]
		a[0] += x * b[0]
		a[1] += x * b[1]
		a[2] += x * b[2]
		a[3] += x * b[3]
	}
	for ; i < len(y); i++ {
		y[i] += x * w[i]
	}
}
