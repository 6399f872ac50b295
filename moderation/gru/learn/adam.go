package learn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Of Adam: how slowly its means of gradients and of their squares fade.
const (
	firstMoment  = 0.9
	secondMoment = 0.999
)

// Rules say how the numbers of a network are moved.
type Rules struct {
	Divisor float32 // of the sum of a batch's gradients
	Longest float64 // length of a gradient
	Tables  float32 // share of the rate by which rows of tables are moved
	Decay   float32 // towards nothing
	Pull    float32 // towards where they began, if they are known; then nothing decays
}

// Adam moves the numbers of a network, and rows of tables that were looked up.
type Adam struct {
	Rules
	Grads         []float32 // of the numbers, which the caller adds to
	dense, began  []float32
	first, second []float32
	tables        []*Table
}

// NewAdam moves dense and tables. A network that was trained already is pulled towards where it began.
func NewAdam(rules Rules, dense []float32, trained bool, tables ...*Table) *Adam {
	a := &Adam{Rules: rules, Grads: make([]float32, len(dense)), dense: dense, tables: tables}
	a.first, a.second = make([]float32, len(dense)), make([]float32, len(dense))
	if trained {
		a.began = slices.Clone(dense)
		for _, t := range tables {
			t.began = slices.Clone(t.rows)
		}
	}
	return a
}

// Move moves all by the gradients of a batch, and clears these.
func (a *Adam) Move(rate float32) {
	length := 0.0
	for _, g := range a.Grads {
		length += float64(g) * float64(g)
	}
	scale := 1 / a.Divisor
	if length = math.Sqrt(length) / float64(a.Divisor); length > a.Longest {
		scale *= float32(a.Longest / length)
	}
	for i, g := range a.Grads {
		g *= scale
		a.first[i] = firstMoment*a.first[i] + (1-firstMoment)*g
		a.second[i] = secondMoment*a.second[i] + (1-secondMoment)*g*g
		back := a.Decay * a.dense[i]
		if a.began != nil {
			back = a.Pull * (a.dense[i] - a.began[i])
		}
		a.dense[i] -= rate * (a.first[i]/(float32(math.Sqrt(float64(a.second[i])))+1e-6) + back)
	}
	clear(a.Grads)
	for _, t := range a.tables {
		t.move(rate*a.Tables, scale, a.Pull)
	}
}

// Table is rows of vectors that are moved where a batch looked them up.
type Table struct {
	rows  []float32
	began []float32 // nil: nowhere
	sums  []float32 // of squared gradients, fading
	grads map[int][]float32
	dim   int
}

// NewTable moves rows of dim numbers each.
func NewTable(rows []float32, dim int) *Table {
	return &Table{rows: rows, sums: make([]float32, len(rows)), grads: map[int][]float32{}, dim: dim}
}

// Add adds a share of a row to x.
func (t *Table) Add(row int, share float32, x []float32) { add(x, share, t.rows[row*t.dim:]) }

// Learn adds a share of a gradient to that of a row.
func (t *Table) Learn(row int, share float32, g []float32) {
	sum, ok := t.grads[row]
	if !ok {
		sum = make([]float32, t.dim)
		t.grads[row] = sum
	}
	add(sum, share, g)
}

// fading is how much a squared gradient adds to those of its row.
const fading = 0.02

func (t *Table) move(rate, scale, pull float32) {
	for row, grad := range t.grads {
		at := t.rows[row*t.dim:][:t.dim]
		sums := t.sums[row*t.dim:][:t.dim]
		for i, g := range grad {
			g *= scale
			sums[i] = secondMoment*sums[i] + fading*g*g
			if at[i] -= rate * g / (float32(math.Sqrt(float64(sums[i]))) + 1e-4); t.began != nil {
				at[i] -= rate * pull * (at[i] - t.began[row*t.dim+i])
			}
		}
	}
	clear(t.grads)
}

// Around are n numbers around nothing, at most so far from it.
func Around(r *rand.Rand, n int, most float32) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = (2*r.Float32() - 1) * most
	}
	return out
}

// Dropout keeps a share of n features, and makes up for the others (N. Srivastava et al., JMLR 15, 2014).
func Dropout(n int, kept float64, r *rand.Rand) []float32 {
	out := make([]float32, n)
	for i := range out {
		if r.Float64() < kept {
			out[i] = float32(1 / kept)
		}
	}
	return out
}
