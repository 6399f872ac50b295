package train

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"earshot/moderation/gru/learn"
	"earshot/moderation/match/textmodel"
)

// Sizes of a model that is made.
const (
	mostWords  = 20_000 // of the vocabulary
	leastOften = 2      // that a word of the vocabulary occurs
)

// fresh are the weights of a model of a shape like another's before any training. Its list of groups is that model's.
func fresh(labels []string, like *textmodel.Model, lines []Line, opts Options) *textmodel.Weights {
	w := textmodel.NewWeights(like, labels)
	w.Name = "community"
	if len(opts.Languages) > 0 {
		w.Languages = opts.Languages
	}
	w.Vocabulary = vocabulary(like, lines)
	r := rand.New(rand.NewPCG(opts.Seed, 0))
	around := func(n int, most float32) []float32 { return learn.Around(r, n, most) }
	dim := w.Recurrent.Dim
	w.Words = around(len(w.Vocabulary)*dim, 0.1)
	w.Grams = around(w.Recurrent.Buckets*dim, 0.05)
	w.Categories = around(len(w.Recurrent.Categories)*dim, 0.05)
	d := w.Shape().Parts(w.Dense)
	for _, direction := range []int{0, 1} {
		copy(d.Input[direction], around(len(d.Input[direction]), 0.25))
		copy(d.State[direction], around(len(d.State[direction]), 0.2))
		for i := range w.Recurrent.Hidden {
			d.Bias[direction][i] = 0.5 // at first the units remember
		}
	}
	copy(d.Output, around(len(d.Output), 0.1))
	for k := range w.Labels {
		d.OutputBias[k], w.Linear.Bias[k] = -2, -3
	}
	return w
}

// vocabulary are the words that occur often enough, the most frequent first, after the one for unknown words.
func vocabulary(m *textmodel.Model, lines []Line) []string {
	often := map[string]int{}
	for _, l := range lines {
		for _, w := range m.Masked(l.words) {
			often[w]++
		}
	}
	var out []string
	for w, n := range often {
		if n >= leastOften && w != unknownMark {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(often[b]-often[a], cmp.Compare(a, b)) })
	return append([]string{unknownMark}, out[:min(len(out), mostWords)]...)
}

// unknownMark stands for words that are not in the vocabulary.
const unknownMark = "<unk>"
