package textmodel

import "strings"

// Encoded is a line as both parts of the model see it, before any weight.
type Encoded struct {
	Hashes []uint32 // the rows of the linear part, as often as they count
	Tokens []Piece  // at most as many as the recurrent part looks at
}

// Piece is a token: the rows of its vectors.
type Piece struct {
	Word     int
	Category int // -1: a plain word, whose vector is its word's and the mean of those of its parts
	Parts    []int
}

// ReadWords are the words of a text in the model's form.
func (m *Model) ReadWords(text string) []string {
	read := m.read(strings.Fields(text))
	out := make([]string, len(read))
	for i, w := range read {
		out[i] = w.text
	}
	return out
}

// Masked are words in the model's form with marks for the names of groups: what of a line counts.
func (m *Model) Masked(words []string) []string {
	tokens := m.mask(nil, m.asRead(words))
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

// Encode prepares words in the model's form, at most one window of them, for training.
func (m *Model) Encode(words []string) Encoded {
	tokens := m.mask(nil, m.asRead(words))
	var out Encoded
	add := func(h uint32) { out.Hashes = append(out.Hashes, h&(1<<m.Linear.Bits-1)) }
	m.features(tokens, func(h hash) { add(h.mixed()) })
	for _, t := range tokens {
		if !t.isGroup() {
			parts(t.text, feature('x'), m.Linear.CharMin, m.Linear.CharMax, add)
		}
	}
	for _, t := range tokens[:min(len(tokens), m.Recurrent.MaxTokens)] {
		p := Piece{Word: m.vocab[t.text], Category: t.category}
		if !t.isGroup() {
			parts(t.text, fnvBasis, m.Recurrent.CharMin, m.Recurrent.CharMax, func(h uint32) {
				p.Parts = append(p.Parts, int(h)&(m.Recurrent.Buckets-1))
			})
		}
		out.Tokens = append(out.Tokens, p)
	}
	return out
}

func (m *Model) asRead(texts []string) []word {
	out := make([]word, len(texts))
	for i, t := range texts {
		out[i] = word{t, i, m.groups[t]}
	}
	return out
}

// Values are the values of the labels of words in the model's form, before they are brought onto the scale of the scores; nil
// without words.
func (m *Model) Values(words []string) []float64 { return NewScorer(m).raw(m.asRead(words)) }
