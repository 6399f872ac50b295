package audio

import (
	"errors"
	"fmt"
)

// SegmentConfig says how speech is cut into clips. Times are in ms and are rounded to VAD blocks of 32 ms. A zero
// SegmentConfig stands for the default.
type SegmentConfig struct {
	// Onset and Offset are the VAD probabilities at which speech begins and below which it ends.
	Onset, Offset float32
	// PreRollMS is the sound kept from before the onset, PostRollMS from after the last speech.
	PreRollMS, PostRollMS int
	// EndSilenceMS of silence end a clip.
	EndSilenceMS int
	// MinVoicedMS is the least speech of a clip; shorter bursts are clicks and are discarded, and counted.
	MinVoicedMS int
	// MaxMS is the length that no clip exceeds. A longer one is cut at the quietest place of its last CutWindowMS.
	MaxMS, CutWindowMS int
}

// DefaultSegmentConfig returns the settings that are used when none are given.
func DefaultSegmentConfig() SegmentConfig {
	return SegmentConfig{
		Onset: 0.5, Offset: 0.35,
		PreRollMS: 250, PostRollMS: 300, EndSilenceMS: 500, MinVoicedMS: 90,
		MaxMS: 14000, CutWindowMS: 4000,
	}
}

// Validate tells every setting that cannot be meant.
func (c SegmentConfig) Validate() error {
	var errs []error
	within := func(what string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("segment: %s is %d ms, want %d to %d", what, v, lo, hi))
		}
	}
	within("pre-roll", c.PreRollMS, 0, 2000)
	within("end silence", c.EndSilenceMS, 100, 5000)
	within("post-roll", c.PostRollMS, 0, max(0, c.EndSilenceMS))
	within("minimum of speech", c.MinVoicedMS, 0, 2000)
	within("longest clip", c.MaxMS, 2000, maxClipMS-1000)
	within("cut window", c.CutWindowMS, 200, max(200, c.MaxMS/2))
	if !(c.Onset > 0 && c.Onset < 1) {
		errs = append(errs, fmt.Errorf("segment: onset probability is %g, want between 0 and 1", c.Onset))
	}
	if !(c.Offset > 0 && c.Offset <= c.Onset) {
		errs = append(errs, fmt.Errorf("segment: offset probability is %g, want above 0 and at most the onset's %g", c.Offset, c.Onset))
	}
	return errors.Join(errs...)
}

// blocksOf is how many VAD blocks a time takes, rounded up.
func blocksOf(ms int) int { return (ms + vadBlockMS - 1) / vadBlockMS }
