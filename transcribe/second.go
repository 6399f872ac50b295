package transcribe

import (
	"unicode/utf8"

	"earshot/models"
)

const (
	// minBrokenMS of voiced sound must be there for that: a groan is long and has few letters.
	minBrokenMS = 2500
	// emptyShare and emptyDBFS: so much of a segment that has no text must be voiced, and so loud, to be looked at again.
	emptyShare = 0.6
	emptyDBFS  = -45
)

// WiderWindow is the next longer encoder window after one of n steps of 20 ms; 0 when there is none. All are multiples of
// 256, up to 1280: see transcribe/whisper.
func WiderWindow(n int) int {
	if n < 256 || n >= 1280 {
		return 0
	}
	return n/256*256 + 256
}

// suspect reports whether a result should be looked at again in a longer window: it loops, was cut off, or its length
// does not fit the sound. A window that ends close behind the sound brings all three about.
func suspect(c models.Clip, r Result) bool {
	if r.Text == "" {
		return c.VoicedMS >= minBrokenMS && float64(c.VoicedMS) >= emptyShare*float64(c.DurationMS()) && c.LevelDBFS >= emptyDBFS
	}
	chars := float64(utf8.RuneCountInString(r.Text))
	broken := c.VoicedMS >= minBrokenMS && chars < minCharsPerSecond*seconds(c.VoicedMS)
	return r.Capped || repeats(c, r) || broken || chars > 10+maxCharsPerSecond*seconds(c.VoicedMS)
}

// better picks one of two results of a clip: one that is not suspect, else the one that the model is surer of.
func better(c models.Clip, first, second Result) Result {
	switch a, b := suspect(c, first), suspect(c, second); {
	case !b:
		return second
	case !a, second.Text == "":
		return first
	case first.Text == "" || second.LogProb > first.LogProb:
		return second
	}
	return first
}
