package textmodel

import (
	"math"
	"slices"
	"strings"

	"earshot/moderation/gru"
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
// before it, takes less time. It is used by one goroutine.
type Scorer struct {
	m          *Model
	unit       *gru.Unit
	last, next trace
	lexemes    []*lexeme
	line       line
	pooled     gru.Pooled
	ends       []gru.Pooled // of the window that is explained, at each token: forward states before it, backward states from it on
}

// line is the line that was scored last, in windows.
type line struct {
	words   []word
	windows []window
}

// window is as many words as are scored together.
type window struct {
	words   []word
	raw     []float64 // the values of the labels before they are calibrated
	without []without // nil: not asked for yet
}

// NewScorer is a scorer of a model.
func NewScorer(m *Model) *Scorer {
	return &Scorer{m: m, unit: gru.NewUnit(m.Recurrent.Hidden), pooled: gru.NewPooled(m.Recurrent.Hidden)}
}

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
	for _, w := range s.windows(words) {
		if best == nil {
			best = slices.Clone(w.raw)
		}
		for k, z := range w.raw {
			best[k] = max(best[k], z)
		}
	}
	return best
}

// windows are the windows of a line, with their values.
func (s *Scorer) windows(words []word) []window {
	if slices.Equal(words, s.line.words) {
		return s.line.windows
	}
	s.line = line{words: words}
	for from := 0; from < len(words); from += s.m.Stride {
		to := min(len(words), from+s.m.Window)
		w := window{words: words[from:to], raw: make([]float64, len(s.m.Labels))}
		tokens := s.look(w.words)
		s.m.linearly(s.m.all(tokens, s.lexemes), w.raw)
		s.pooled.Clear()
		s.last.pool(&s.pooled)
		s.m.recurrently(&s.pooled, len(s.last.tokens), w.raw)
		s.line.windows = append(s.line.windows, w)
		if to == len(words) {
			break
		}
	}
	return s.line.windows
}

// look reads a window into tokens, finds their lexemes and runs the recurrent part over them, which leaves its trace in last.
func (s *Scorer) look(words []word) []token {
	tokens := s.m.mask(nil, words)
	s.lexemes = s.lexemes[:0]
	for _, t := range tokens {
		s.lexemes = append(s.lexemes, s.m.lexeme(t))
	}
	s.next.run(s.m, s.unit, s.m.seen(tokens), s.lexemes, &s.last)
	s.last, s.next = s.next, s.last
	return tokens
}

// seen are the tokens that the recurrent part looks at.
func (m *Model) seen(tokens []token) []token { return tokens[:min(len(tokens), m.Recurrent.MaxTokens)] }

// all are the sums of all features of a line.
func (m *Model) all(tokens []token, lexemes []*lexeme) sums {
	out := m.total(func(add func(hash)) { m.features(tokens, add) })
	for _, l := range lexemes {
		out.change(1, l.parts)
	}
	return out
}
