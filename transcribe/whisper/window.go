package whisper

import (
	"fmt"

	"earshot/models"
	"earshot/transcribe"
)

// windows are the encoder windows in use, in steps of 20 ms. With flash attention the decoder reads the encoder's output up to
// the next multiple of 256 without a mask: with any other length, 1500 included, it would read what the previous clip, perhaps
// of another speaker, left there.
var windows = [...]int{256, 512, 768, 1024, 1280}

const (
	// windowMargin is kept after the audio, in steps of 20 ms: a window that ends with the audio truncates words.
	windowMargin = 16
	// wholeWindow is the model's full window, 30 s.
	wholeWindow = 1500
	stepSamples = models.SampleRate / 50
	// MaxSamples is the longest audio that is decoded in one piece: what the longest window covers, 25.28 s.
	MaxSamples = (1280 - windowMargin) * stepSamples
	// minSamples is the length to which shorter audio is padded. The library ignores audio shorter than 100 ms, and a first
	// timestamp (at most 1 s) beyond the end of the audio would end decoding before the first word.
	minSamples = models.SampleRate * 12 / 10
)

// windowFor chooses the encoder window for n samples, or checks the one requested.
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

// tokenCap bounds the tokens of a decode to twice those of fast speech, so that a loop is cut off early.
func tokenCap(n int) int { return min(220, 24+n*10/models.SampleRate) }
