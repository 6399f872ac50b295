package textmodel

import (
	"math"
	"slices"
	"strings"
)

// Scores are the scores of the labels, in the order of the model's.
type Scores []float64

// Labels are what lines may mean, for every model.
var Labels = [5]string{"hate", "insult", "threat", "sexual", "scam"}

// Knows reports whether the model was trained on a language, by its ISO 639 code. An empty code is not known.
func (m *Model) Knows(language string) bool { return slices.Contains(m.Languages, language) }

// Sum is the SHA-256 of the file, hexadecimal: what tells one model from another.
func (m *Model) Sum() string { return m.sum }

// Score is what spoken words, which may hold several words each, mean. Of a line without words it is 0 for all labels.
func (m *Model) Score(spoken []string) Scores {
	return m.scores(m.raw(m.read(spoken)))
}

// Text is Score of a text.
func (m *Model) Text(text string) Scores { return m.Score(strings.Fields(text)) }

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
func (m *Model) raw(words []word) []float64 {
	var best []float64
	m.windows(words, func(_, _ int, raw []float64) {
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
func (m *Model) windows(words []word, give func(from, to int, raw []float64)) {
	raw := make([]float64, len(m.Labels))
	for from := 0; from < len(words); from += m.Stride {
		to := min(len(words), from+m.Window)
		clear(raw)
		tokens := m.mask(words[from:to])
		m.linearly(tokens, raw)
		m.recurrently(tokens, raw)
		give(from, to, raw)
		if to == len(words) {
			return
		}
	}
}
