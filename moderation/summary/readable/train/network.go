package train

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"earshot/moderation/gru"
	"earshot/moderation/gru/learn"
	"earshot/moderation/summary/readable"
)

// Sizes of a network.
const (
	mostWords = 3000 // of the vocabulary
	dim       = 32
	hidden    = 48
)

var shape = gru.Shape{Dim: dim, Hidden: hidden, Outputs: int(readable.Defects)}

// Network is a network that is trained.
type Network struct {
	vocabulary            []string
	words, classes, marks []float32
	dense                 []float32
	tables                []*learn.Table // of words, classes and marks, while it is trained
}

// fresh is a network before any training.
func fresh(pool [][]readable.Word, seed uint64) *Network {
	n := &Network{vocabulary: vocabulary(pool)}
	r := rand.New(rand.NewPCG(seed, 0))
	around := func(size int, most float32) []float32 { return learn.Around(r, size, most) }
	n.words = around((readable.FirstWord+len(n.vocabulary))*dim, 0.1)
	n.classes, n.marks = around(readable.Classes*dim, 0.1), around(readable.Marks*dim, 0.1)
	n.dense = make([]float32, shape.Size())
	d := shape.Parts(n.dense)
	for i := range 2 {
		copy(d.Input[i], around(len(d.Input[i]), 0.2))
		copy(d.State[i], around(len(d.State[i]), 0.15))
	}
	copy(d.Output, around(len(d.Output), 0.1))
	return n
}

// vocabulary are the most frequent words and marks, the most frequent first.
func vocabulary(pool [][]readable.Word) []string {
	often := map[string]int{}
	for _, ws := range pool {
		for _, w := range ws {
			often[readable.Lower(w.Text)]++
		}
	}
	var out []string
	for w := range often {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(often[b]-often[a], strings.Compare(a, b)) })
	return out[:min(len(out), mostWords)]
}

func (n *Network) clone() *Network {
	return &Network{
		vocabulary: n.vocabulary, words: slices.Clone(n.words), classes: slices.Clone(n.classes), marks: slices.Clone(n.marks),
		dense: slices.Clone(n.dense),
	}
}

// adam moves the network's numbers.
func (n *Network) adam(rules learn.Rules, trained bool) *learn.Adam {
	n.tables = []*learn.Table{learn.NewTable(n.words, dim), learn.NewTable(n.classes, dim), learn.NewTable(n.marks, dim)}
	return learn.NewAdam(rules, n.dense, trained, n.tables...)
}

// File is the network as it is stored.
func (n *Network) File(source string) *readable.File {
	f := &readable.File{Source: source, Dim: dim, Hidden: hidden, Words: n.vocabulary}
	steps, scales := gru.Rounded(n.words, dim)
	f.Rows, f.Scales = steps, gru.AppendFloats(nil, scales)
	f.Classes, f.Marks, f.Dense = gru.AppendFloats(nil, n.classes), gru.AppendFloats(nil, n.marks), gru.AppendFloats(nil, n.dense)
	return f
}
