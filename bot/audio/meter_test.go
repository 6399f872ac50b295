//go:build !race

package audio

import (
	"math"
	"testing"
)

// TestLevelMeter measures tones of known loudness, silence and garbage.
func TestLevelMeter(t *testing.T) {
	for name, tt := range map[string]struct {
		volume    float64
		low, high uint8
	}{"loud": {0.7, 4, 9}, "soft": {0.007, 43, 49}, "silence": {0, 90, 127}} {
		enc, err := NewEncoder(EncoderConfig{})
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewLevelMeter()
		if err != nil {
			t.Fatal(err)
		}
		var got uint8
		for n := range 25 {
			pcm := make([]float32, 960)
			for i := range pcm {
				pcm[i] = float32(tt.volume * math.Sin(float64(n*960+i)/16))
			}
			b, err := enc.Encode(pcm)
			if err != nil {
				t.Fatal(err)
			}
			var ok bool
			if got, ok = m.Level(b); !ok {
				t.Fatalf("%s: packet %d cannot be measured", name, n)
			}
		}
		if got < tt.low || got > tt.high {
			t.Errorf("%s: level %d, want %d to %d", name, got, tt.low, tt.high)
		}
	}
	m, err := NewLevelMeter()
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := m.Level([]byte{0xFF, 0xFF, 0xFF}); ok {
		t.Errorf("garbage has level %d", l)
	}
}
