package transcribe

import (
	"slices"

	"earshot/models"
)

const (
	// concealedWeight times the concealed share of the clip is subtracted from the confidence. The weight and the choice of
	// two words come from a logistic regression over 480 lines of the practice model, with noise and packet loss; the mean
	// over all words, log probability, no-speech, speech rate and signal-to-noise ratio added nothing.
	concealedWeight = 0.44
	// mostConcealedShare replaces maxConcealedShare where the confidence accounts for concealment.
	mostConcealedShare = 0.4
)

// Confidence returns how reliable a text is, from 0 to 1: the mean probability of its two least certain words, less a penalty
// for concealed audio. Two, because a wrong line is rarely wrong in one word, while one rare name lowers one word. A text
// without words has 1, an unrated one 0.
func Confidence(c models.Clip, r Result) float64 {
	if r.Unrated {
		return 0
	}
	if len(r.Words) == 0 {
		return 1
	}
	ps := make([]float64, len(r.Words))
	for i, w := range r.Words {
		ps[i] = float64(w.P)
	}
	slices.Sort(ps)
	mean := ps[0]
	if len(ps) > 1 {
		mean = (ps[0] + ps[1]) / 2
	}
	return max(0, mean-concealedWeight*concealedShare(c))
}

// concealedShare returns the share of a clip that the Opus decoder concealed.
func concealedShare(c models.Clip) float64 {
	return float64(c.ConcealedMS) / float64(max(1, c.DurationMS()))
}

// WithConfidence returns a filter that also doubts texts whose Confidence is below least. The right value depends on the
// model; "earshot model calibrate" finds it. 0 disables the check.
func (f Filter) WithConfidence(least float64) Filter {
	f.confidence = least
	return f
}

// unsure reports whether the confidence of a text is too low.
func (f Filter) unsure(c models.Clip, r Result) bool {
	return f.confidence > 0 && Confidence(c, r) < f.confidence
}
