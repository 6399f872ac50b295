package audio

import (
	"bytes"
	"fmt"
	"math"
)

// Stretch is a part of a recording, in ms from its start.
type Stretch struct{ FromMS, ToMS int64 }

const (
	// bleepMargin is how much is covered on either side, in ms: words are timed no more exactly.
	bleepMargin = 80
	bleepHz     = 1000
	bleepLevel  = 0.1 // -20 dBFS
	bleepFade   = 80  // samples: 5 ms
	// bleepRate keeps the speech that stays as clear as it was.
	bleepRate = 32000
)

// Bleep puts a tone of 1 kHz over stretches of an Ogg Opus file (RFC 7845) and returns the file encoded anew, mono and
// as long as before, and its sound at 16 kHz. Everything is encoded anew because packets hold copies of their
// neighbours' sound (in-band FEC) and a decoder remembers: of what is covered, nothing is in the new file. Stretches may
// reach beyond the file and overlap. Errors wrap ErrNotOgg or ErrOpus.
func Bleep(ogg []byte, over []Stretch) (out []byte, pcm []float32, err error) {
	if pcm, err = ReadOggOpus(bytes.NewReader(ogg)); err != nil {
		return nil, nil, fmt.Errorf("bleep: %w", err)
	}
	for _, s := range over {
		cover(pcm, s)
	}
	var b bytes.Buffer
	if err := EncodeOgg(&b, pcm, EncoderConfig{Bitrate: bleepRate}); err != nil {
		return nil, nil, fmt.Errorf("bleep: %w", err)
	}
	return b.Bytes(), pcm, nil
}

// cover replaces the sound of a stretch; at its ends the tone swells from and to silence, never from the sound.
func cover(pcm []float32, s Stretch) {
	from := min(max(0, (s.FromMS-bleepMargin)*16), int64(len(pcm)))
	to := min(max(0, (s.ToMS+bleepMargin)*16), int64(len(pcm)))
	for i := from; i < to; i++ {
		swell := min(1, float64(i-from)/bleepFade, float64(to-1-i)/bleepFade)
		pcm[i] = float32(bleepLevel * swell * math.Sin(2*math.Pi*bleepHz*float64(i)/16000))
	}
}
