package textmodel

import (
	"math"
	"slices"
	"strings"
)

// Scores are the scores of the labels, in the order of the model's.
type Scores []float64

// Knows reports whether the model was trained on a language, by its ISO 639 code. An empty code is not known.
func (m *Model) Knows(language string) bool { return slices.Contains(m.Languages, language) }

// Sum is the SHA-256 of the file, hexadecimal: what tells one model from another.
func (m *Model) Sum() string { return m.sum }

// Text is what one text means. Who scores many lines takes a Scorer.
func (m *Model) Text(text string) Scores { return NewScorer(m).Score(strings.Fields(text)) }

// Scorer scores lines with a model. It remembers the last one: a line that begins or ends alike, as one does with the words said
// before it or with a word left out, takes less time. It is used by one goroutine.
type Scorer struct {
	m          *Model
	last, next trace
	lexemes    []*lexeme
	explained  []word    // the window that was explained last
	without    []without // its values without each word
}

// NewScorer is a scorer of a model.
func NewScorer(m *Model) *Scorer { return &Scorer{m: m} }

// Score is what spoken words, which may hold several words each, mean. Of a line without words it is 0 for all labels.
func (s *Scorer) Score(spoken []string) Scores {
	return s.m.scores(s.raw(s.m.read(spoken)))
}

// scores brings raw values onto the scale of the labels; of nil they are 0.
func (m *Model) scores(raw []float64) Scores {
	out := make(Scores, len(m.Labels))
	for k, z := range raw {
		out[k] = 1 / (1 + math.Exp(-(m.Calibration.A[k]*z + m.Calibration.B[k])))
	}
	return out
}

// raw are the values of the labels before they are calibrated: of a long line the highest of its windows'. Without words they
// are nil.
func (s *Scorer) raw(words []word) []float64 {
	var best []float64
	s.windows(words, func(_, _ int, raw []float64) {
		if best == nil {
			best = slices.Clone(raw)
		}
		for k, z := range raw {
			best[k] = max(best[k], z)
		}
	})
	return best
}

// windows gives the raw values of the windows of a line, words[from:to].
func (s *Scorer) windows(words []word, give func(from, to int, raw []float64)) {
	raw := make([]float64, len(s.m.Labels))
	for from := 0; from < len(words); from += s.m.Stride {
		to := min(len(words), from+s.m.Window)
		clear(raw)
		s.window(words[from:to], raw)
		s.last, s.next = s.next, s.last
		give(from, to, raw)
		if to == len(words) {
			return
		}
	}
}

// window adds the raw values of one window to out, and leaves its trace in next.
func (s *Scorer) window(words []word, out []float64) {
	m, tokens := s.m, s.m.mask(words)
	s.lexemes = s.lexemes[:0]
	for _, t := range tokens {
		s.lexemes = append(s.lexemes, m.lexeme(t))
	}
	m.linearly(tokens, s.lexemes, out)
	seen := min(len(tokens), m.Recurrent.MaxTokens)
	s.next.run(m, tokens[:seen], s.lexemes, &s.last)
	m.recurrently(&s.next, out)
}
