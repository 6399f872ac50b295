package textmodel

// trace is what the recurrent part knew at each token of a line: forward after all up to it, backward after all from it on. A
// line that begins or ends like another takes up its states there.
type trace struct {
	tokens []token
	states [2][]float32 // a row for each token
}

// run fills the trace with the states of a line, beginning with those that the line before, another trace, had alike.
func (t *trace) run(m *Model, u *unit, tokens []token, lexemes []*lexeme, before *trace) {
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

// pool adds all states.
func (t *trace) pool(p *pooled) {
	for direction, states := range t.states {
		for i := range t.tokens {
			p.add(direction, row(states, i, len(p.most[direction])))
		}
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
}

func newUnit(hidden int) *unit {
	return &unit{make([]float32, padded(3*hidden)), make([]float32, hidden)}
}

// step makes the state that follows another, nil for the first, when a token is taken in. The gates stand in the order update,
// reset, new.
func (u *unit) step(weights columns, input, before, after []float32) {
	if before == nil {
		before = u.nothing
		clear(u.fromState)
	} else {
		weights.times(u.fromState, before)
	}
	tangent.gates(after, before, input, u.fromState)
}

// pooled are the maxima and the sums of some states of either direction, a place for each unit.
type pooled struct {
	most, sum [2][]float32
}

func newPooled(hidden int) pooled {
	places := make([]float32, 4*hidden)
	place := func(i int) []float32 { return places[i*hidden:][:hidden:hidden] }
	return pooled{[2][]float32{place(0), place(1)}, [2][]float32{place(2), place(3)}}
}

// clear makes it that of no states.
func (p *pooled) clear() {
	for direction, most := range p.most {
		for j := range most {
			most[j] = -2 // states lie between -1 and 1
		}
		clear(p.sum[direction])
	}
}

// add adds a state of a direction.
func (p *pooled) add(direction int, state []float32) {
	pool(p.most[direction], p.sum[direction], state, state)
}

// take adds the states that others of a direction are made of.
func (p *pooled) take(direction int, o *pooled) {
	pool(p.most[direction], p.sum[direction], o.most[direction], o.sum[direction])
}

// recurrently adds the recurrent part's values of the labels to out: those of the maxima and the means of the states of some tokens.
func (m *Model) recurrently(p *pooled, tokens int, out []float64) {
	var values [maxLabels]float32
	n := copy(values[:], m.outputBias)
	row := m.output
	share := 1 / float32(tokens)
	add := func(of [2][]float32, share float32) {
		for _, states := range of {
			for _, h := range states {
				h *= share
				for k, w := range row[:n] {
					values[k] += h * w
				}
				row = row[n:]
			}
		}
	}
	add(p.most, 1)
	add(p.sum, share)
	for k := range out {
		out[k] += m.Mix.Recurrent[k] * float64(values[k])
	}
}
