package textmodel

import (
	"slices"
	"sync/atomic"
)

// maxLexemes bounds how many words a model remembers what it made of: a few thousand make up nearly all talk.
const maxLexemes = 6000

// lexeme is what a token brings to every line that it stands in, whatever else is said there.
type lexeme struct {
	input [2][]float32 // its vector as either direction's gates take it in, with their bias
	parts sums         // of the parts of the word
}

// lexicon holds the lexemes of words of the vocabulary and of groups, each made when it is first met.
type lexicon struct {
	known []atomic.Pointer[lexeme] // by row of the vocabulary, and then by mark and category
	count atomic.Int32
}

// lexeme is that of a token. Words that the vocabulary lacks are not remembered.
func (m *Model) lexeme(t token) *lexeme {
	row := m.vocab[t.text]
	place := row
	if t.isGroup() {
		place = m.Recurrent.Vocab + slices.Index(marks[:], t.text)*len(m.Recurrent.Categories) + t.category
	}
	if place == 0 {
		return m.newLexeme(t, row)
	}
	at := &m.lexicon.known[place]
	if l := at.Load(); l != nil {
		return l
	}
	l := m.newLexeme(t, row)
	if m.lexicon.count.Load() < maxLexemes && at.CompareAndSwap(nil, l) {
		m.lexicon.count.Add(1)
	}
	return l
}

// newLexeme makes the lexeme of a token, whose row in the vocabulary is given.
func (m *Model) newLexeme(t token, row int) *lexeme {
	l := &lexeme{}
	x := make([]float32, m.Recurrent.Dim)
	m.embed(t, row, x)
	for direction := range 2 {
		l.input[direction] = m.input[direction].Affine(x, m.bias[direction])
	}
	if !t.isGroup() {
		parts(t.text, feature('x'), m.Linear.CharMin, m.Linear.CharMax, func(h uint32) { m.addWeights(&l.parts, h) })
	}
	return l
}

// embed writes the vector of a token into x: that of the word and that of its category or the mean of those of its parts.
func (m *Model) embed(t token, row int, x []float32) {
	addRow(x, m.words, row, m.wordScales, 1)
	if t.isGroup() {
		for d, v := range m.categories[t.category*len(x):][:len(x)] {
			x[d] += v
		}
		return
	}
	r, count, size := m.Recurrent, 0, len(t.text)+2
	for n := r.CharMin; n <= r.CharMax; n++ {
		count += max(0, size-n+1)
	}
	if count == 0 {
		return
	}
	share := 1 / float32(count)
	parts(t.text, fnvBasis, r.CharMin, r.CharMax, func(h uint32) {
		addRow(x, m.grams, int(h)&(r.Buckets-1), m.gramScales, share)
	})
}

// addRow adds a share of a row of bytes with a scale.
func addRow(x []float32, rows []byte, row int, scales []float32, share float32) {
	scale := scales[row] * share
	for d, v := range rows[row*len(x):][:len(x)] {
		x[d] += float32(int8(v)) * scale
	}
}
