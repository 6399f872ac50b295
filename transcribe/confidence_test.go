package transcribe

import (
	"slices"
	"testing"

	"earshot/models"
)

func TestConfidence(t *testing.T) {
	words := func(ps ...float32) (out []models.Word) {
		for _, p := range ps {
			out = append(out, models.Word{Text: "x", P: p})
		}
		return out
	}
	for name, c := range map[string]struct {
		words       []models.Word
		concealedMS int64
		want        float64
	}{
		"no words": {nil, 0, 1}, "one word": {words(0.5), 0, 0.5}, "the two least": {words(1, 0.5, 0.25, 1), 0, 0.375},
		"lost sound": {words(1, 1, 1), 500, 0.78}, "no less than nothing": {words(0.125), 900, 0},
	} {
		clip := models.Clip{EndMS: 1000, ConcealedMS: c.concealedMS}
		if got := Confidence(clip, Result{Words: c.words}); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

// A filter with a confidence threshold doubts lines below it; lost audio lowers the confidence instead of being a doubt by itself.
func TestDoubtByConfidence(t *testing.T) {
	clip := models.Clip{EndMS: 2000, VoicedMS: 1500, LevelDBFS: -20, ConcealedMS: 600}
	r := Result{Text: "he said so", Words: []models.Word{{P: 0.9}, {P: 0.8}, {P: 0.95}}, LogProb: -0.1}
	for least, want := range map[float64][]models.Doubt{
		0: {models.DoubtLoss}, 0.6: nil, 0.8: {models.DoubtLowConfidence},
	} {
		if got := (Filter{}).WithConfidence(least).Doubts(clip, r); !slices.Equal(got, want) {
			t.Errorf("%g: %v, want %v", least, got, want)
		}
	}
}
