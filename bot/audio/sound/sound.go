// Package sound is what recordings of any format have in common: PCM that is read piece by piece, at 16 kHz, and what is done
// with it: one channel made of several, one loudness, another sample rate. It has no state but in its values, each of which
// one goroutine uses.
package sound

import (
	"errors"
	"fmt"
	"io"

	"earshot/models"
)

// ErrTooLong says that a recording is longer than MaxFileSeconds.
var ErrTooLong = errors.New("recording too long")

// MaxFileSeconds is the longest recording that is read: four hours.
const MaxFileSeconds = 4 * 3600

// MaxFileSamples is the same in samples at 16 kHz.
const MaxFileSamples = MaxFileSeconds * models.SampleRate

// Sound is a recording that is read piece by piece, in memory that does not grow with its length. One goroutine uses it.
type Sound interface {
	// Next gives the next piece; io.EOF after the last. Errors wrap ErrNotWAV, ErrNotOgg or ErrTooLong, or are the reader's.
	Next() (Piece, error)
	// Length is how long the recording says it is, in samples at 16 kHz; 0 when it does not say.
	Length() int64
	// Notes are what was found wrong so far and did not keep the sound from being read, as sentences for people.
	Notes() []string
}

// Piece is a stretch of a recording: sound, or time without any.
type Piece struct {
	// PCM is the sound by channel, at 16 kHz, all of one length. It is valid until the next call. Nominally it lies in
	// [-1, 1]; what was recorded louder is louder.
	PCM [][]float32
	// Silent, when there is no PCM, is how long nothing was recorded, in samples at 16 kHz.
	Silent int64
	// Lost says that the sound of this stretch is missing or damaged; PCM is then made up by the decoder.
	Lost bool
}

// Samples is the piece's length, at 16 kHz.
func (p Piece) Samples() int64 {
	if len(p.PCM) > 0 {
		return int64(len(p.PCM[0]))
	}
	return p.Silent
}

// TooLong is an error for a recording of more samples than may be.
func TooLong(n int64) error {
	if n <= MaxFileSamples {
		return nil
	}
	return models.WithHint(fmt.Errorf("%w: %s, and %d hours are read", ErrTooLong, Hours(n), MaxFileSeconds/3600),
		"cut the recording into shorter files")
}

// Hours is a length in samples at 16 kHz as h:mm:ss.
func Hours(n int64) string {
	s := n / models.SampleRate
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// maxMemory is the longest sound that ReadAll takes: an hour, 230 MB.
const maxMemory = 3600 * models.SampleRate

// ReadAll reads the whole of a sound of up to an hour as one channel, with silence for what is missing before its end. The
// PCM is the caller's. Errors are those of the sound, and wrap ErrTooLong.
func ReadAll(s Sound) ([]float32, error) {
	var out []float32
	var mix Mixer
	silence := int64(0)
	for {
		p, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(p.PCM) == 0 {
			silence += p.Silent
			continue
		}
		if n := int64(len(out)) + silence + p.Samples(); n > maxMemory {
			return nil, fmt.Errorf("%w: more than %s, to be read at once", ErrTooLong, Hours(maxMemory))
		}
		out = append(append(out, make([]float32, silence)...), mix.Mix(p.PCM)...)
		silence = 0
	}
}

// Notes are sentences for people, each told once, and twenty at most.
type Notes []string

// Add adds a sentence.
func (n *Notes) Add(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, have := range *n {
		if have == s {
			return
		}
	}
	if len(*n) < 20 {
		*n = append(*n, s)
	}
}
