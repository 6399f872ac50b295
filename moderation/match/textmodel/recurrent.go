package textmodel

// trace is what the recurrent part knew at each token of a line: forward after all up to it, backward after all from it on. A
// line that begins or ends like another takes up its states there.
type trace struct {
	tokens []token
	states [2][]float32 // a row for each token
}

// run fills the trace with the states of a line, beginning with those that the line before, another trace, had alike.
func (t *trace) run(m *Model, tokens []token, lexemes []*lexeme, before *trace) {
	hidden, n := m.Recurrent.Hidden, len(tokens)
	t.tokens = append(t.tokens[:0], tokens...)
	for direction := range t.states {
		t.states[direction] = sized(t.states[direction], n*hidden)
	}
	u := unit{fromState: make([]float32, padded(3*hidden)), nothing: make([]float32, hidden), curve: logistic()}
	alike := min(n, len(before.tokens))
	same := 0
	for same < alike && tokens[same] == before.tokens[same] {
		same++
	}
	forward := t.states[0]
	copy(forward, before.states[0][:same*hidden])
	for i := same; i < n; i++ {
		u.step(m.state[0], lexemes[i].input[0], row(forward, i-1, hidden), row(forward, i, hidden))
	}
	same = 0
	for same < alike && tokens[n-1-same] == before.tokens[len(before.tokens)-1-same] {
		same++
	}
	backward := t.states[1]
	copy(backward[(n-same)*hidden:], before.states[1][(len(before.tokens)-same)*hidden:])
	for i := n - same - 1; i >= 0; i-- {
		u.step(m.state[1], lexemes[i].input[1], row(backward, i+1, hidden), row(backward, i, hidden))
	}
}

// row is a row of a table, or nil beyond it.
func row(table []float32, i, width int) []float32 {
	if i < 0 || i*width >= len(table) {
		return nil
	}
	return table[i*width : (i+1)*width]
}

// sized is a slice of a length, with the memory of another where that is enough.
func sized(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// unit is a gated recurrent unit at work.
type unit struct {
	fromState []float32 // what the gates take from the state before
	nothing   []float32 // the state before the first token
	curve     *curve
}

// step makes the state that follows another, nil for the first, when a token is taken in. The gates stand in the order update,
// reset, new.
func (u *unit) step(weights columns, input, before, after []float32) {
	clear(u.fromState)
	if before != nil {
		weights.addTo(u.fromState, before)
	} else {
		before = u.nothing
	}
	u.curve.gates(after, before, input, u.fromState)
}

// recurrently adds the recurrent part's values of the labels to out: those of the maximum and the mean of each state.
func (m *Model) recurrently(t *trace, out []float64) {
	hidden := m.Recurrent.Hidden
	pooled := make([]float32, 4*hidden) // maxima forward and backward, means forward and backward
	share := 1 / float32(len(t.tokens))
	for direction, states := range t.states {
		most, mean := pooled[direction*hidden:][:hidden], pooled[(2+direction)*hidden:][:hidden]
		copy(most, states)
		for i := range t.tokens {
			for j, h := range row(states, i, hidden) {
				most[j] = max(most[j], h)
				mean[j] += h * share
			}
		}
	}
	for k := range out {
		value := m.outputBias[k]
		for i, p := range pooled {
			value += p * m.output[i*len(out)+k]
		}
		out[k] += m.Mix.Recurrent[k] * float64(value)
	}
}
