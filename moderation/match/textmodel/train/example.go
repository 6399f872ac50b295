package train

import (
	"slices"

	"earshot/moderation/match/textmodel"
)

// Options say what is trained.
type Options struct {
	// From is the file of the model that is extended; nil makes a new one.
	From []byte
	// Name is what the model is called; "" is a name made from the one that it extends.
	Name string
	// Languages are those of the lines, by their ISO 639 codes. A model that is extended keeps its own too.
	Languages []string
	// Seed decides all that is drawn by lot.
	Seed uint64
	// Progress is told how many of all steps are done, from Run's goroutine; nil: nobody is.
	Progress func(done, all int)
}

// target is what a label of a line is to be, 0 to 1, and how much that counts.
type target struct{ value, weight float64 }

// example is a line that is trained on.
type example struct {
	words             []string
	linear, recurrent []target // by label
}

// course is one training of both parts.
type course struct {
	weights  *textmodel.Weights
	read     *textmodel.Model // to read lines with
	labels   []int            // of the model's labels, which of textmodel.Labels they are
	extends  bool
	examples []example
	harmless [][]string
	seed     uint64
	did      func(lines int) // called by both parts, one at a time
}

// labelsOf are the places of a model's labels in textmodel.Labels.
func labelsOf(names []string) []int {
	out := make([]int, len(names))
	for i, name := range names {
		out[i] = slices.Index(textmodel.Labels[:], name)
	}
	return out
}
