package bottest

import (
	"bytes"
	"math"
	"testing"

	"earshot/bot/audio"
)

// Tone is half a second of a loud tone that counts as speech, as Opus packets of 20 ms.
func Tone(t testing.TB) (packets [][]byte) {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		pcm := make([]float32, 960)
		for j := range pcm {
			x := float64(i*960 + j)
			pcm[j] = float32(0.2*math.Sin(x/20) + 0.15*math.Sin(x/12) + 0.15*math.Sin(x/7) + 0.1*math.Sin(x/4.3))
		}
		p, err := enc.Encode(pcm)
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, bytes.Clone(p))
	}
	return packets
}
