// Package soundtest reads recordings in tests.
package soundtest

import (
	"errors"
	"io"
	"testing"

	"earshot/bot/audio/sound"
)

// Heard is what was read from a recording.
type Heard struct {
	PCM   []float32 // with silence for what is missing
	Lost  int64     // ms
	Notes []string
}

// Read reads a whole recording; err is the error of opening it.
func Read(t testing.TB, s sound.Sound, err error) (h Heard) {
	t.Helper()
	var mix sound.Mixer
	for err == nil {
		var p sound.Piece
		if p, err = s.Next(); err != nil {
			break
		}
		if p.Lost {
			h.Lost += p.Samples() / 16
		}
		if len(p.PCM) > 0 {
			h.PCM = append(h.PCM, mix.Mix(p.PCM)...)
		} else {
			h.PCM = append(h.PCM, make([]float32, p.Silent)...)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	h.Notes = s.Notes()
	return h
}
