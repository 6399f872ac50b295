package textmodel

import "earshot/moderation/gru"

// trace is what the recurrent part knew at each token of a line: forward after all up to it, backward after all from it on. A
// line that begins or ends like another takes up its states there.
type trace struct {
	tokens []token
	states [2][]float32 // a row for each token
}

// run fills the trace with the states of a line, beginning with those that the line before, another trace, had alike.
func (t *trace) run(m *Model, u *gru.Unit, tokens []token, lexemes []*lexeme, before *trace) {
	hidden, n := m.Recurrent.Hidden, len(tokens)
	t.tokens = append(t.tokens[:0], tokens...)
	for direction := range t.states {
		t.states[direction] = sized(t.states[direction], n*hidden)
	}
	alike := min(n, len(before.tokens))
	same := 0
	for same < alike && tokens[same] == before.tokens[same] {
		same++
	}
	forward := t.states[0]
	copy(forward, before.states[0][:same*hidden])
	for i := same; i < n; i++ {
		u.Step(m.state[0], lexemes[i].input[0], gru.Row(forward, i-1, hidden), gru.Row(forward, i, hidden))
	}
	same = 0
	for same < alike && tokens[n-1-same] == before.tokens[len(before.tokens)-1-same] {
		same++
	}
	backward := t.states[1]
	copy(backward[(n-same)*hidden:], before.states[1][(len(before.tokens)-same)*hidden:])
	for i := n - same - 1; i >= 0; i-- {
		u.Step(m.state[1], lexemes[i].input[1], gru.Row(backward, i+1, hidden), gru.Row(backward, i, hidden))
	}
}

// pool adds all states.
func (t *trace) pool(p *gru.Pooled) {
	for direction, states := range t.states {
		for i := range t.tokens {
			p.Add(direction, gru.Row(states, i, len(p.Most[direction])))
		}
	}
}

// sized is a slice of a length, with the memory of another where that is enough.
func sized(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// recurrently adds the recurrent part's values of the labels to out: those of the maxima and the means of the states of some tokens.
func (m *Model) recurrently(p *gru.Pooled, tokens int, out []float64) {
	var values [maxLabels]float32
	n := copy(values[:], m.outputBias)
	p.Outputs(values[:n], m.output, tokens)
	for k := range out {
		out[k] += m.Mix.Recurrent[k] * float64(values[k])
	}
}
