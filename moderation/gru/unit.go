package gru

// Unit is a gated recurrent unit at work.
type Unit struct {
	fromState []float32 // what the gates take from the state before
	nothing   []float32 // the state before the first token
}

// NewUnit makes one of so many numbers.
func NewUnit(hidden int) *Unit {
	return &Unit{make([]float32, Padded(3*hidden)), make([]float32, hidden)}
}

// Step makes the state that follows another, nil for the first, when a token is taken in. The gates stand in the order update,
// reset, new.
func (u *Unit) Step(weights Matrix, input, before, after []float32) {
	if before == nil {
		before = u.nothing
		clear(u.fromState)
	} else {
		weights.Times(u.fromState, before)
	}
	tangent.gates(after, before, input, u.fromState)
}

// Pooled are the maxima and the sums of some states of either direction, a place for each unit.
type Pooled struct {
	Most, Sum [2][]float32
}

// NewPooled makes those of states of so many numbers.
func NewPooled(hidden int) Pooled {
	places := make([]float32, 4*hidden)
	place := func(i int) []float32 { return places[i*hidden:][:hidden:hidden] }
	return Pooled{[2][]float32{place(0), place(1)}, [2][]float32{place(2), place(3)}}
}

// Clear makes it that of no states.
func (p *Pooled) Clear() {
	for direction, most := range p.Most {
		for j := range most {
			most[j] = -2 // states lie between -1 and 1
		}
		clear(p.Sum[direction])
	}
}

// Add adds a state of a direction.
func (p *Pooled) Add(direction int, state []float32) {
	pool(p.Most[direction], p.Sum[direction], state, state)
}

// Take adds the states that others of a direction are made of.
func (p *Pooled) Take(direction int, o *Pooled) {
	pool(p.Most[direction], p.Sum[direction], o.Most[direction], o.Sum[direction])
}

// Outputs adds up the outputs that are made of the maxima and the means of the states of some tokens: values has one for each, and begins
// with their bias. Of output, each place of the states has a row.
func (p *Pooled) Outputs(values, output []float32, tokens int) {
	add := func(of [2][]float32, share float32) {
		for _, states := range of {
			for _, h := range states {
				h *= share
				for k, w := range output[:len(values)] {
					values[k] += h * w
				}
				output = output[len(values):]
			}
		}
	}
	add(p.Most, 1)
	add(p.Sum, 1/float32(tokens))
}

// Row is a row of a table, or nil beyond it.
func Row(table []float32, i, width int) []float32 {
	if i < 0 || i*width >= len(table) {
		return nil
	}
	return table[i*width : (i+1)*width]
}
