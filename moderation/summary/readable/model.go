package readable

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"earshot/moderation/gru"
)

// File is a model as it is stored.
type File struct {
	Source string   `json:"source"`
	Dim    int      `json:"dim"`    // of the vectors of tokens
	Hidden int      `json:"hidden"` // units in each direction
	Words  []string `json:"words"`  // the vocabulary, from row FirstWord on
	// Rows are the vectors of the vocabulary in steps of Scales, int8. The other tables are float32, little-endian: a scale for each row,
	// the vectors of classes and marks, and the network's numbers (gru.Dense).
	Rows    []byte `json:"rows"`
	Scales  []byte `json:"scales"`
	Classes []byte `json:"classes"`
	Marks   []byte `json:"marks"`
	Dense   []byte `json:"dense"`
}

// Defect is an output of the network.
type Defect int

// What the network estimates of a sentence.
const (
	Broken     Defect = iota // begun anew, or with words side by side that no sentence has
	Cut                      // its beginning or its end is missing
	PointsBack               // it does not say what it is about
	Poor                     // any of them
	Defects
)

// Model reads sentences. It never changes: any number of goroutines may use it.
type Model struct {
	rows         map[string]int
	words        []float32
	classes      []float32
	marks        []float32
	dim, hidden  int
	input, state [2]gru.Matrix
	bias         [2][]float32
	output       []float32 // a row for each place of the pooled states
	outputBias   []float32
}

//go:embed readable.json
var shipped []byte

// Shipped is the model that the program was built with. A test reads the embedded file: it can't fail.
var Shipped = sync.OnceValue(func() *Model {
	var f File
	err := json.Unmarshal(shipped, &f)
	if err == nil {
		var m *Model
		if m, err = New(&f); err == nil {
			return m
		}
	}
	panic(fmt.Sprintf("readable.json: %v", err))
})

// New is the model of a file.
func New(f *File) (*Model, error) {
	shape := gru.Shape{Dim: f.Dim, Hidden: f.Hidden, Outputs: int(Defects)}
	rows := FirstWord + len(f.Words)
	for _, t := range []struct {
		name      string
		got, want int
	}{
		{"rows", len(f.Rows), rows * f.Dim},
		{"scales", len(f.Scales), 4 * rows},
		{"classes", len(f.Classes), 4 * Classes * f.Dim},
		{"marks", len(f.Marks), 4 * Marks * f.Dim},
		{"dense", len(f.Dense), 4 * shape.Size()},
	} {
		if t.got != t.want {
			return nil, fmt.Errorf("%s has %d bytes instead of %d", t.name, t.got, t.want)
		}
	}
	m := &Model{rows: map[string]int{}, dim: f.Dim, hidden: f.Hidden}
	m.words = gru.Scaled(f.Rows, gru.Floats(f.Scales), f.Dim)
	m.classes, m.marks = gru.Floats(f.Classes), gru.Floats(f.Marks)
	for i, w := range f.Words {
		m.rows[w] = FirstWord + i
	}
	d := shape.Parts(gru.Floats(f.Dense))
	for i := range 2 {
		m.input[i], m.state[i] = gru.NewMatrix(d.Input[i], f.Dim), gru.NewMatrix(d.State[i], f.Hidden)
	}
	m.bias, m.output, m.outputBias = d.Bias, d.Output, d.OutputBias
	return m, nil
}
