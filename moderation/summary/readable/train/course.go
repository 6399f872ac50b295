package train

import (
	"math"
	"math/rand/v2"
	"sync"

	"earshot/moderation/gru"
	"earshot/moderation/gru/learn"
	"earshot/moderation/summary/readable"
)

const (
	batch       = 32 // sentences
	workers     = 4
	rate        = 0.002
	fadesTo     = 0.1 // of the rate
	keptInput   = 0.9 // of the vectors' places
	unknownWord = 0.04
)

// course trains a network.
type course struct {
	*Network
	opts   Options
	rounds int
	kept   float64 // of the pooled features
}

// worker reads every workers-th sentence of a batch.
type worker struct {
	net   *learn.Network
	grads []float32
	parts gru.Dense // of grads
}

// read is a sentence that was read, with the gradients of its vectors.
type read struct {
	tokens []readable.Token
	inputs []float32 // what was kept of each place
	gx     []float32
}

// run trains on the sentences of each round, in another order.
func (c *course) run(adam *learn.Adam, sentences func(*rand.Rand) []Sentence) {
	encoder, err := readable.New(c.File(""))
	if err != nil {
		panic(err) // a file that was just made
	}
	all := make([]*worker, workers)
	for i := range all {
		w := &worker{net: learn.NewNetwork(shape, c.dense, readable.Longest), grads: make([]float32, shape.Size())}
		w.parts = shape.Parts(w.grads)
		all[i] = w
	}
	r := rand.New(rand.NewPCG(c.opts.Seed, 1))
	for round := range c.rounds {
		xs := sentences(r)
		r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
		done := make([]read, batch)
		for from := 0; from < len(xs); from += batch {
			part := xs[from:min(len(xs), from+batch)]
			var wg sync.WaitGroup
			for k, w := range all {
				wg.Go(func() {
					for i := k; i < len(part); i += workers {
						lot := rand.New(rand.NewPCG(c.opts.Seed+uint64(round)<<32, uint64(from+i)))
						done[i] = c.read(w, encoder.Encode(part[i].Words), part[i].Defects, lot)
					}
				})
			}
			wg.Wait()
			c.add(adam, all, done[:len(part)])
			at := (float64(round) + float64(from)/float64(len(xs))) / float64(c.rounds)
			adam.Move(float32(rate * (1 - (1-fadesTo)*at)))
		}
		if c.opts.Progress != nil {
			c.opts.Progress(round+1, c.rounds)
		}
	}
}

// add adds the gradients that all workers found.
func (c *course) add(adam *learn.Adam, all []*worker, done []read) {
	for _, w := range all {
		for i, g := range w.grads {
			adam.Grads[i] += g
		}
		clear(w.grads)
	}
	for _, x := range done {
		for i, t := range x.tokens {
			g := x.gx[i*dim:][:dim]
			for j, k := range x.inputs {
				g[j] *= k
			}
			for k, row := range [...]int{t.Word, t.Class, t.Mark} {
				c.tables[k].Learn(row, 1, g)
			}
		}
	}
}

// read reads a sentence and adds the gradients of the loss.
func (c *course) read(w *worker, tokens []readable.Token, want [readable.Defects]float64, r *rand.Rand) read {
	tokens = tokens[:min(len(tokens), readable.Longest)]
	for i := range tokens {
		if tokens[i].Word >= readable.FirstWord && r.Float64() < unknownWord {
			tokens[i].Word = readable.Unknown
		}
	}
	out := read{tokens, learn.Dropout(dim, keptInput, r), make([]float32, len(tokens)*dim)}
	c.embed(w.net, tokens, out.inputs)
	keep := learn.Dropout(4*hidden, c.kept, r)
	values, grads := make([]float64, readable.Defects), make([]float32, readable.Defects)
	w.net.Forward(keep, values)
	for k, v := range values {
		if want[k] >= 0 {
			grads[k] = float32(1/(1+math.Exp(-v)) - want[k])
		}
	}
	w.net.Backward(keep, grads, w.parts, out.gx)
	return out
}

// embed writes the vectors of tokens into a network.
func (c *course) embed(net *learn.Network, tokens []readable.Token, inputs []float32) {
	net.N = len(tokens)
	for i, t := range tokens {
		x := net.X[i*dim:][:dim]
		clear(x)
		for k, row := range [...]int{t.Word, t.Class, t.Mark} {
			c.tables[k].Add(row, 1, x)
		}
		for j, k := range inputs {
			x[j] *= k
		}
	}
}
