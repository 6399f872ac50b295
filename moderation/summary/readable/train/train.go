// Package train trains the model that reads quotes (package readable): first to tell sentences from spoilt ones, then on those that were
// judged by reading them. The same sentences and seed give the same model.
package train

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"earshot/moderation/gru/learn"
	"earshot/moderation/summary/readable"
)

// Of the two courses, found by cross-validation.
const (
	spoilRounds = 36
	judgeRounds = 6
	keptSpoilt  = 0.8 // of the pooled features
	keptJudged  = 0.6
)

var (
	spoilRules = learn.Rules{Divisor: 8, Longest: 8, Tables: 4, Decay: 1e-4}
	judgeRules = learn.Rules{Divisor: 8, Longest: 8, Tables: 0.6, Pull: 0.02}
)

// Sentence is a sentence with what is known of it.
type Sentence struct {
	Words   []readable.Word
	Defects [readable.Defects]float64 // how likely it has each; below 0: nothing is known
}

// Options say how networks are trained.
type Options struct {
	Seed     uint64
	Rounds   int                 // through all sentences; 0: as many as are best
	Progress func(done, all int) // is told how many of all rounds are done; nil: nobody is
}

// Spoilt trains a network to tell sentences from spoilt ones.
func Spoilt(pool [][]readable.Word, opts Options) *Network {
	n := fresh(pool, opts.Seed)
	c := course{n, opts, cmp.Or(opts.Rounds, spoilRounds), keptSpoilt}
	c.run(n.adam(spoilRules, false), func(r *rand.Rand) []Sentence {
		s := spoiler{r, pool}
		out := make([]Sentence, 0, len(pool))
		for _, ws := range pool {
			x := Sentence{Words: ws, Defects: [readable.Defects]float64{readable.PointsBack: -1}}
			if r.IntN(2) == 0 {
				var d readable.Defect
				x.Words, d = s.spoil(ws)
				x.Defects[d], x.Defects[readable.Poor] = 1, 1
			}
			out = append(out, x)
		}
		return out
	})
	return n
}

// Judged returns the network trained further, on sentences that were judged by reading them.
func (n *Network) Judged(sentences []Sentence, opts Options) *Network {
	out := n.clone()
	c := course{out, opts, cmp.Or(opts.Rounds, judgeRounds), keptJudged}
	c.run(out.adam(judgeRules, true), func(*rand.Rand) []Sentence { return slices.Clone(sentences) })
	return out
}
