package train

import (
	"math/rand/v2"
	"slices"

	"earshot/moderation/gru"
	"earshot/moderation/gru/learn"
	"earshot/moderation/match/textmodel"
)

// Constants of the recurrent part's training.
const (
	batch        = 16     // lines
	batchDivisor = 4      // of the sum of their gradients
	longestStep  = 4.0    // length of a gradient
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

// recurrent trains the recurrent part.
type recurrent struct {
	*course
	net                      *learn.Network
	adam                     *learn.Adam
	words, grams, categories *learn.Table
	parts                    gru.Dense // of the gradients
	gx                       []float32
	all                      []float32 // every pooled feature counts once
	inBatch                  int
	rate                     float32
}

func newRecurrent(c *course) *recurrent {
	w := c.weights
	dim, shape := w.Recurrent.Dim, w.Shape()
	r := &recurrent{course: c, net: learn.NewNetwork(shape, w.Dense, w.Recurrent.MaxTokens), gx: make([]float32, w.Recurrent.MaxTokens*dim)}
	r.words, r.grams, r.categories = learn.NewTable(w.Words, dim), learn.NewTable(w.Grams, dim), learn.NewTable(w.Categories, dim)
	rules := learn.Rules{Divisor: batchDivisor, Longest: longestStep, Tables: vectorShare, Decay: weightDecay, Pull: weightPull}
	r.adam = learn.NewAdam(rules, w.Dense, c.extends, r.words, r.grams, r.categories)
	r.parts = shape.Parts(r.adam.Grads)
	r.all = slices.Repeat([]float32{1}, 4*w.Recurrent.Hidden)
	return r
}

// embed writes the vectors of a line into the network.
func (r *recurrent) embed(tokens []textmodel.Piece) {
	n, dim := r.net, r.weights.Recurrent.Dim
	n.N = len(tokens)
	for i, t := range tokens {
		x := n.X[i*dim:][:dim]
		clear(x)
		r.words.Add(t.Word, 1, x)
		if t.Category >= 0 {
			r.categories.Add(t.Category, 1, x)
		}
		for _, p := range t.Parts {
			r.grams.Add(p, 1/float32(len(t.Parts)), x)
		}
	}
}

// values are the values of the labels of a line.
func (r *recurrent) values(tokens []textmodel.Piece, out []float64) {
	r.embed(tokens)
	r.net.Forward(r.all, out)
}

// step trains on one line.
func (r *recurrent) step(x textmodel.Encoded, want []target, rnd *rand.Rand) {
	if len(x.Tokens) == 0 {
		return
	}
	bare(x.Tokens, rnd)
	n, dim, labels := r.net, r.weights.Recurrent.Dim, len(r.weights.Labels)
	r.embed(x.Tokens)
	inputs := learn.Dropout(dim, keptInput, rnd)
	for i := range n.N {
		for j, k := range inputs {
			n.X[i*dim+j] *= k
		}
	}
	keep := learn.Dropout(len(r.all), keptFeature, rnd)
	values, grads := make([]float64, labels), make([]float32, labels)
	n.Forward(keep, values)
	for k, t := range want {
		grads[k] = float32((logistic(values[k]) - softened(t.value)) * t.weight)
	}
	n.Backward(keep, grads, r.parts, r.gx)
	r.learn(x.Tokens, inputs)
	if r.inBatch++; r.inBatch == batch {
		r.adam.Move(r.rate)
		r.inBatch = 0
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

// learn adds the gradients of the vectors of a line to those of the tables.
func (r *recurrent) learn(tokens []textmodel.Piece, inputs []float32) {
	for i, t := range tokens {
		g := r.gx[i*len(inputs):][:len(inputs)]
		for j, k := range inputs {
			g[j] *= k
		}
		r.words.Learn(t.Word, 1, g)
		if t.Category >= 0 {
			r.categories.Learn(t.Category, 1, g)
		}
		for _, p := range t.Parts {
			r.grams.Learn(p, 1/float32(len(t.Parts)), g)
		}
	}
}
