package train

import (
	"math"
	"math/rand/v2"
	"slices"

	"earshot/moderation/match/textmodel"
)

// Constants of the recurrent part's training.
const (
	batch        = 16     // lines
	batchDivisor = 4      // of the sum of their gradients
	longestStep  = 4.0    // length of a gradient
	firstMoment  = 0.9    // of Adam
	secondMoment = 0.999  // of Adam
	recurrentLR  = 0.002  // of a model that is made
	extendLR     = 0.0006 // of one that is extended
	weightDecay  = 1e-4   // towards nothing
	weightPull   = 0.02   // towards where it began
	vectorShare  = 0.6    // of the rate, for word vectors
	unknownWord  = 0.06   // of the words are taken for unknown ones
	bareGroup    = 0.4    // of the groups lose their category
	bareWord     = 0.15   // of the words lose their parts
	keptFeature  = 0.75   // of the pooled features
	keptInput    = 0.9    // of the vectors' places
)

// table is rows of vectors that are trained where a batch touched them.
type table struct {
	rows  []float32
	began []float32 // nil: nowhere
	sums  []float32 // of squared gradients, fading
	grads map[int][]float32
	dim   int
}

func newTable(rows []float32, dim int, extends bool) *table {
	t := &table{rows: rows, sums: make([]float32, len(rows)), grads: map[int][]float32{}, dim: dim}
	if extends {
		t.began = slices.Clone(rows)
	}
	return t
}

// add adds a share of a row to x.
func (t *table) add(row int, share float32, x []float32) { add(x, share, t.rows[row*t.dim:]) }

// learn adds a share of a gradient to that of a row.
func (t *table) learn(row int, share float32, g []float32) {
	sum, ok := t.grads[row]
	if !ok {
		sum = make([]float32, t.dim)
		t.grads[row] = sum
	}
	add(sum, share, g)
}

// move moves the rows that a batch touched.
func (t *table) move(rate, scale float32) {
	for row, grad := range t.grads {
		at := t.rows[row*t.dim:][:t.dim]
		sums := t.sums[row*t.dim:][:t.dim]
		for i, g := range grad {
			g *= scale
			sums[i] = secondMoment*sums[i] + 0.02*g*g
			if at[i] -= rate * g / (float32(math.Sqrt(float64(sums[i]))) + 1e-4); t.began != nil {
				at[i] -= rate * weightPull * (at[i] - t.began[row*t.dim+i])
			}
		}
	}
	clear(t.grads)
}

// recurrent trains the recurrent part.
type recurrent struct {
	*course
	net                      *network
	words, grams, categories *table
	grads                    []float32
	parts                    textmodel.Dense // of grads
	first, second            []float32
	began                    []float32
	gx                       []float32
	all                      []float32 // every pooled feature counts once
	inBatch                  int
	rate                     float32
}

func newRecurrent(c *course) *recurrent {
	w := c.weights
	r := &recurrent{
		course: c, net: newNetwork(w), grads: make([]float32, len(w.Dense)), gx: make([]float32, w.Recurrent.MaxTokens*w.Recurrent.Dim),
	}
	r.words = newTable(w.Words, w.Recurrent.Dim, c.extends)
	r.grams = newTable(w.Grams, w.Recurrent.Dim, c.extends)
	r.categories = newTable(w.Categories, w.Recurrent.Dim, c.extends)
	r.parts = w.Parts(r.grads)
	r.first, r.second, r.began = make([]float32, len(w.Dense)), make([]float32, len(w.Dense)), slices.Clone(w.Dense)
	r.all = slices.Repeat([]float32{1}, 4*w.Recurrent.Hidden)
	return r
}

// embed writes the vectors of a line into the network.
func (r *recurrent) embed(tokens []textmodel.Piece) {
	n := r.net
	n.n = len(tokens)
	for i, t := range tokens {
		x := n.x[i*n.dim:][:n.dim]
		clear(x)
		r.words.add(t.Word, 1, x)
		if t.Category >= 0 {
			r.categories.add(t.Category, 1, x)
		}
		for _, p := range t.Parts {
			r.grams.add(p, 1/float32(len(t.Parts)), x)
		}
	}
}

// values are the values of the labels of a line.
func (r *recurrent) values(tokens []textmodel.Piece, out []float64) {
	r.embed(tokens)
	r.net.forward(r.all, out)
}

// step trains on one line.
func (r *recurrent) step(x textmodel.Encoded, want []target, rnd *rand.Rand) {
	if len(x.Tokens) == 0 {
		return
	}
	bare(x.Tokens, rnd)
	n := r.net
	r.embed(x.Tokens)
	inputs := dropout(n.dim, keptInput, rnd)
	for i := range n.n {
		for j, k := range inputs {
			n.x[i*n.dim+j] *= k
		}
	}
	keep := dropout(len(n.pooled), keptFeature, rnd)
	values, grads := make([]float64, n.labels), make([]float32, n.labels)
	n.forward(keep, values)
	for k, t := range want {
		grads[k] = float32((logistic(values[k]) - softened(t.value)) * t.weight)
	}
	n.backward(keep, grads, r.parts, r.gx)
	r.learn(x.Tokens, inputs)
	if r.inBatch++; r.inBatch == batch {
		r.move()
	}
}

// softened keeps the network from being too sure.
func softened(want float64) float64 { return 0.01 + 0.97*want }

// bare takes something away from tokens, so that the network learns to do without.
func bare(tokens []textmodel.Piece, r *rand.Rand) {
	for i := range tokens {
		t := &tokens[i]
		switch {
		case t.Category >= 0 && r.Float64() < bareGroup:
			t.Category = -1
		case t.Category < 0 && r.Float64() < unknownWord:
			t.Word = 0
		case t.Category < 0 && r.Float64() < bareWord:
			t.Parts = nil
		}
	}
}

// dropout keeps a share of n features, and makes up for the others.
func dropout(n int, kept float64, r *rand.Rand) []float32 {
	out := make([]float32, n)
	for i := range out {
		if r.Float64() < kept {
			out[i] = float32(1 / kept)
		}
	}
	return out
}

// learn adds the gradients of the vectors of a line to those of the tables.
func (r *recurrent) learn(tokens []textmodel.Piece, inputs []float32) {
	for i, t := range tokens {
		g := r.gx[i*r.net.dim:][:r.net.dim]
		for j, k := range inputs {
			g[j] *= k
		}
		r.words.learn(t.Word, 1, g)
		if t.Category >= 0 {
			r.categories.learn(t.Category, 1, g)
		}
		for _, p := range t.Parts {
			r.grams.learn(p, 1/float32(len(t.Parts)), g)
		}
	}
}

// move moves all weights by the gradients of a batch.
func (r *recurrent) move() {
	length := 0.0
	for _, g := range r.grads {
		length += float64(g) * float64(g)
	}
	scale := float32(1.0 / batchDivisor)
	if length = math.Sqrt(length) / batchDivisor; length > longestStep {
		scale *= float32(longestStep / length)
	}
	w := r.weights.Dense
	for i, g := range r.grads {
		g *= scale
		r.first[i] = firstMoment*r.first[i] + (1-firstMoment)*g
		r.second[i] = secondMoment*r.second[i] + (1-secondMoment)*g*g
		back := weightDecay * w[i]
		if r.extends {
			back = weightPull * (w[i] - r.began[i])
		}
		w[i] -= r.rate * (r.first[i]/(float32(math.Sqrt(float64(r.second[i])))+1e-6) + back)
	}
	clear(r.grads)
	for _, t := range []*table{r.words, r.grams, r.categories} {
		t.move(r.rate*vectorShare, scale)
	}
	r.inBatch = 0
}
