package transcribe

import (
	"slices"

	"earshot/models"
)

const (
	// concealedWeight is by how much concealed sound lowers the confidence, times its share of the clip. It and the choice
	// of two words come from a logistic regression over 480 lines of the practice model, in noise and loss; the mean of all
	// words, the log probability, no-speech, the rate of speech and the signal-to-noise ratio added nothing to them.
	concealedWeight = 0.44
	// mostConcealedShare of a clip may be made up when the confidence accounts for it.
	mostConcealedShare = 0.4
)

// Confidence is how far a text is to be believed, 0 to 1: the mean probability of its two least certain words, less what
// concealed sound takes away. A line is rarely wrong in one word alone, and a rare name alone lowers one. A text without
// words has 1.
func Confidence(c models.Clip, r Result) float64 {
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

// concealedShare is how much of a clip was made up for lost sound.
func concealedShare(c models.Clip) float64 {
	return float64(c.ConcealedMS) / float64(max(1, c.DurationMS()))
}

// WithConfidence is the filter that also doubts every text whose Confidence is less than this. The value belongs to one
// model: "earshot model calibrate" finds it. 0 leaves the confidence out of it.
func (f Filter) WithConfidence(least float64) Filter {
	f.confidence = least
	return f
}

// unsure reports whether the confidence of a text is too small.
func (f Filter) unsure(c models.Clip, r Result) bool {
	return f.confidence > 0 && Confidence(c, r) < f.confidence
}
