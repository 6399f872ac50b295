package transcribe

import (
	"unicode/utf8"

	"earshot/models"
)

const (
	// minBrokenMS of voiced sound with hardly any text is suspect; less may be a groan.
	minBrokenMS = 2500
	// emptyShare and emptyDBFS: a segment without text is suspect if this much of it is voiced, and at least this loud.
	emptyShare = 0.6
	emptyDBFS  = -45
)

// WiderWindow returns the next longer encoder window after one of n steps of 20 ms, or 0. All are multiples of 256, up to
// widestWindow: see transcribe/whisper.
func WiderWindow(n int) int {
	if n < 256 || n >= widestWindow {
		return 0
	}
	return n/256*256 + 256
}

// suspect reports whether a clip should be decoded again in a longer window: the text loops, was cut off, or its length
// does not fit the audio. A window that ends soon after the audio can cause all three.
func suspect(c models.Clip, r Result) bool {
	if r.Text == "" {
		return c.VoicedMS >= minBrokenMS && float64(c.VoicedMS) >= emptyShare*float64(c.DurationMS()) && c.LevelDBFS >= emptyDBFS
	}
	chars := float64(utf8.RuneCountInString(r.Text))
	broken := c.VoicedMS >= minBrokenMS && chars < minCharsPerSecond*seconds(c.VoicedMS)
	return r.Capped || repeats(c, r) || broken || chars > 10+maxCharsPerSecond*seconds(c.VoicedMS)
}

// better picks one of two results for a clip: one that is not suspect, or else the one with the higher log probability.
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
