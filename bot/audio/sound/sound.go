// Package sound reads recordings of any format piece by piece as PCM at 16 kHz, and mixes, levels and resamples PCM. None of
// its types is safe for concurrent use.
package sound

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"earshot/models"
)

// ErrTooLong means that a recording is longer than MaxFileSeconds.
var ErrTooLong = errors.New("recording too long")

// MaxFileSeconds is the longest recording that is accepted: four hours.
const MaxFileSeconds = 4 * 3600

// MaxFileSamples is the same in samples at 16 kHz.
const MaxFileSamples = MaxFileSeconds * models.SampleRate

// Sound is a recording that is read piece by piece, in constant memory.
type Sound interface {
	// Next returns the next piece, or io.EOF. Errors wrap ErrNotWAV, ErrNotOgg or ErrTooLong, or are the reader's.
	Next() (Piece, error)
	// Length is the recording's length according to its header, in samples at 16 kHz; 0 if unknown.
	Length() int64
	// Notes are the defects found so far that did not prevent reading, as sentences for people.
	Notes() []string
}

// Piece is a part of a recording: audio, or time without any.
type Piece struct {
	// PCM holds the samples by channel, at 16 kHz, all channels of equal length, valid until the next call. The nominal range
	// is [-1, 1], but louder recordings exceed it.
	PCM [][]float32
	// Silent, without PCM, is how long nothing was recorded, in samples at 16 kHz.
	Silent int64
	// Lost reports that the audio is missing or damaged; any PCM is then the decoder's concealment.
	Lost bool
}

// Samples returns the piece's length in samples at 16 kHz.
func (p Piece) Samples() int64 {
	if len(p.PCM) > 0 {
		return int64(len(p.PCM[0]))
	}
	return p.Silent
}

// TooLong returns an error for a recording of n samples if it is too long.
func TooLong(n int64) error {
	if n <= MaxFileSamples {
		return nil
	}
	return models.WithHint(fmt.Errorf("%w: %s, and the limit is %d hours", ErrTooLong, Hours(n), MaxFileSeconds/3600),
		"cut the recording into shorter files")
}

// Hours formats a length in samples at 16 kHz as h:mm:ss.
func Hours(n int64) string {
	s := n / models.SampleRate
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// maxMemory is the longest recording that ReadAll accepts: an hour, 230 MB.
const maxMemory = 3600 * models.SampleRate

// ReadAll reads a recording of up to an hour as mono, with silence for what is missing before its end. The caller owns the PCM.
// Errors are those of s, or wrap ErrTooLong.
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
			return nil, fmt.Errorf("%w: the limit is %s", ErrTooLong, Hours(maxMemory))
		}
		out = append(append(out, make([]float32, silence)...), mix.Mix(p.PCM)...)
		silence = 0
	}
}

// Notes are sentences for people: no duplicates, and at most twenty.
type Notes []string

// Add appends a sentence.
func (n *Notes) Add(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !slices.Contains(*n, s) && len(*n) < 20 {
		*n = append(*n, s)
	}
}
