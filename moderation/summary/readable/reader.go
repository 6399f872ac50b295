package readable

import (
	"math"

	"earshot/moderation/gru"
)

// Longest is how many tokens of a sentence are read, at most.
const Longest = 80

// Reader reads the sentences of one session. One goroutine uses it.
type Reader struct {
	m        *Model
	saidOnce func(low string) bool
	unit     *gru.Unit
	pooled   gru.Pooled
	inputs   map[Token][2][]float32 // what a token brings to the gates of either direction
	states   [2][]float32
}

// NewReader is a reader of a session's sentences. SaidOnce reports whether a word in lower case is said once in the session.
func NewReader(m *Model, saidOnce func(low string) bool) *Reader {
	return &Reader{
		m: m, saidOnce: saidOnce, unit: gru.NewUnit(m.hidden), pooled: gru.NewPooled(m.hidden), inputs: map[Token][2][]float32{},
		states: [2][]float32{make([]float32, m.hidden), make([]float32, m.hidden)},
	}
}

// Poor is how likely a sentence reads badly by itself, from 0 to 1.
func (r *Reader) Poor(sentence string) float64 { return r.Read(sentence)[Poor] }

// Read is how likely a sentence has each of the defects.
func (r *Reader) Read(sentence string) [Defects]float64 { return r.Words(Split(sentence, r.saidOnce)) }

// Words is how likely a sentence of words and marks has each of the defects.
func (r *Reader) Words(words []Word) (out [Defects]float64) {
	tokens := r.m.Encode(words)
	tokens = tokens[:min(len(tokens), Longest)]
	r.pooled.Clear()
	for direction := range 2 {
		var before []float32
		for i := range tokens {
			t := tokens[i]
			if direction == 1 {
				t = tokens[len(tokens)-1-i]
			}
			after := r.states[i%2]
			r.unit.Step(r.m.state[direction], r.input(t)[direction], before, after)
			r.pooled.Add(direction, after)
			before = after
		}
	}
	var values [Defects]float32
	copy(values[:], r.m.outputBias)
	r.pooled.Outputs(values[:], r.m.output, len(tokens))
	for k, v := range values {
		out[k] = 1 / (1 + math.Exp(-float64(v)))
	}
	return out
}

// input is what a token brings to the gates, with their bias.
func (r *Reader) input(t Token) [2][]float32 {
	if in, ok := r.inputs[t]; ok {
		return in
	}
	x := make([]float32, r.m.dim)
	for i := range x {
		x[i] = r.m.words[t.Word*r.m.dim+i] + r.m.classes[t.Class*r.m.dim+i] + r.m.marks[t.Mark*r.m.dim+i]
	}
	var in [2][]float32
	for direction := range in {
		in[direction] = r.m.input[direction].Affine(x, r.m.bias[direction])
	}
	r.inputs[t] = in
	return in
}
