package textmodel

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/moderation/gru"
)

// Weights are the numbers of a model as a trainer changes them. The promoted fields are those of the file's header.
type Weights struct {
	header
	Groups     string      // the list of group words, as the file has it
	Vocabulary []string    // the first stands for unknown words
	Words      []float32   // a row of Recurrent.Dim for each word
	Grams      []float32   // a row for each bucket of parts of words
	Categories []float32   // a row for each category of groups
	Dense      []float32   // of the gated units and the output: see gru.Dense
	Hashed     [][]float32 // of the linear part: for each label a weight for each hash
}

// ReadWeights reads a model file like Read, to train it further.
func ReadWeights(data []byte) (*Weights, error) {
	m, err := Read(data)
	if err != nil {
		return nil, err
	}
	w := &Weights{header: m.header}
	body, _ := checked(data)
	n := int(binary.LittleEndian.Uint32(body[len(magic):]))
	c := cutter{body[len(magic)+4+n:]}
	r := w.Recurrent
	w.Groups = string(c.bytes(w.GroupsBytes))
	w.Vocabulary = strings.Split(strings.TrimSuffix(string(c.bytes(w.VocabBytes)), "\n"), "\n")
	w.Words = gru.Scaled(c.bytes(r.Vocab*r.Dim), c.floats(r.Vocab), r.Dim)
	w.Grams = gru.Scaled(c.bytes(r.Buckets*r.Dim), c.floats(r.Buckets), r.Dim)
	w.Categories = c.floats(len(r.Categories) * r.Dim)
	w.Dense = c.floats(w.shape().Size())
	w.Hashed = make([][]float32, len(w.Labels))
	rows := c.bytes(len(w.Labels) << w.Linear.Bits)
	for k := range w.Labels {
		w.Hashed[k] = make([]float32, 1<<w.Linear.Bits)
		for i := range w.Hashed[k] {
			w.Hashed[k][i] = float32(int8(rows[i*len(w.Labels)+k])) * float32(w.Linear.Scale[k])
		}
	}
	return w, nil
}

// Shape is that of the recurrent part, whose numbers are Dense.
func (w *Weights) Shape() gru.Shape { return w.shape() }

// File is the model file. The scales of the tables and the sizes of the header are set by it.
func (w *Weights) File() ([]byte, error) {
	vocabulary := strings.Join(w.Vocabulary, "\n") + "\n"
	w.GroupsBytes, w.VocabBytes, w.Recurrent.Vocab = len(w.Groups), len(vocabulary), len(w.Vocabulary)
	w.Linear.Scale = make([]float64, len(w.Labels))
	hashed := make([]byte, len(w.Labels)<<w.Linear.Bits)
	for k, weights := range w.Hashed {
		scale := gru.Scale(weights)
		w.Linear.Scale[k] = float64(scale)
		for i, v := range weights {
			hashed[i*len(w.Labels)+k] = gru.Step(v, scale)
		}
	}
	head, err := json.Marshal(w.header)
	if err != nil {
		return nil, err
	}
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(head)))
	out = append(append(append(out, head...), w.Groups...), vocabulary...)
	for _, rows := range [][]float32{w.Words, w.Grams} {
		steps, scales := gru.Rounded(rows, w.Recurrent.Dim)
		out = gru.AppendFloats(append(out, steps...), scales)
	}
	out = append(gru.AppendFloats(gru.AppendFloats(out, w.Categories), w.Dense), hashed...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

// newSize is the length of word vectors, and the number of units in each direction, of a model that is made. The shipped one has as
// many in each of two recurrent parts, which were trained apart and stand beside each other.
const newSize = 32

// NewWeights are weights of nothing, of the shape of a model and for some of its labels. The vocabulary and the vectors of its
// words are left to fill in.
func NewWeights(like *Model, labels []string) *Weights {
	w := &Weights{header: like.header}
	w.Name, w.Origin, w.Alarms, w.Labels, w.Languages = "", nil, nil, slices.Clone(labels), slices.Clone(like.Languages)
	w.Recurrent.Dim, w.Recurrent.Hidden = newSize, newSize
	n := len(labels)
	w.Linear.Scale, w.Linear.Bias = make([]float64, n), make([]float64, n)
	w.Mix.Linear, w.Mix.Recurrent = slices.Repeat([]float64{0.5}, n), slices.Repeat([]float64{0.5}, n)
	w.Calibration.A, w.Calibration.B = slices.Repeat([]float64{1}, n), make([]float64, n)
	w.Groups = like.groupList()
	w.Grams = make([]float32, w.Recurrent.Buckets*w.Recurrent.Dim)
	w.Categories = make([]float32, len(w.Recurrent.Categories)*w.Recurrent.Dim)
	w.Dense = make([]float32, w.shape().Size())
	for range labels {
		w.Hashed = append(w.Hashed, make([]float32, 1<<w.Linear.Bits))
	}
	return w
}

// groupList is the list of group words as a file has it.
func (m *Model) groupList() string {
	var out strings.Builder
	for _, word := range slices.Sorted(maps.Keys(m.groups)) {
		g, category := m.groups[word], "-"
		if g.category >= 0 {
			category = m.Recurrent.Categories[g.category]
		}
		fmt.Fprintf(&out, "%s\t%c\t%s\n", word, g.kind, category)
	}
	return out.String()
}
