package whisper

import (
	"fmt"

	"earshot/models"
	"earshot/transcribe"
)

// windows are the encoder windows in use, in steps of 20 ms. With flash attention the decoder reads the encoder's rows
// up to the next multiple of 256 without a mask: any other length lets it read what the previous clip, perhaps of
// another person, left there. 1500 is no such multiple either, and its padding would reach into it.
var windows = [...]int{256, 512, 768, 1024, 1280}

const (
	// windowMargin is the room kept behind the sound, in steps of 20 ms: a window that ends with the sound cuts words.
	windowMargin = 16
	// wholeWindow is the model's own length, 30 s.
	wholeWindow = 1500
	stepSamples = models.SampleRate / 50
	// MaxSamples is the longest sound that is decoded in one piece: what the longest window covers, 25.28 s.
	MaxSamples = (1280 - windowMargin) * stepSamples
	// minSamples: shorter sound is padded with silence to it. The library drops what is shorter than 100 ms, and a first
	// timestamp (at most 1 s) behind the sound's end would end the decoding before the first word.
	minSamples = models.SampleRate * 12 / 10
)

// windowFor picks the encoder window for n samples, or checks the one that was asked for.
func windowFor(n, asked int) (int, error) {
	if n > MaxSamples {
		return 0, fmt.Errorf("%w: %d ms, at most %d", transcribe.ErrTooLong, n*1000/models.SampleRate, MaxSamples*1000/models.SampleRate)
	}
	need := (n+stepSamples-1)/stepSamples + windowMargin
	for _, w := range windows {
		if asked == 0 && w >= need {
			return w, nil
		}
		if asked == w {
			if w*stepSamples < n {
				return 0, fmt.Errorf("an audio_ctx of %d does not cover %d ms", w, n*1000/models.SampleRate)
			}
			return w, nil
		}
	}
	return 0, fmt.Errorf("an audio_ctx of %d is not one of %v", asked, windows)
}

// tokenCap bounds the tokens of a decode: twice as many as fast speech has, so that a loop is cut off early.
func tokenCap(n int) int { return min(220, 24+n*10/models.SampleRate) }
