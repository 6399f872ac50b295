//go:build !race

package audio

import (
	"fmt"
	"math"
	"testing"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/spectrum"
)

// TestTonesAreNotSpeech: intermittent tones of telephones and alarms are not mistaken for speech.
func TestTonesAreNotSpeech(t *testing.T) {
	for name, c := range map[string]struct {
		hz      []float64
		on, off float64 // seconds
	}{
		"ringing (US)": {[]float64{440, 480}, 2, 4}, "ringing (UK)": {[]float64{400, 450}, 0.4, 0.2},
		"busy (US)":      {[]float64{480, 620}, 0.5, 0.5},
		"dial tone (US)": {[]float64{350, 440}, 20, 0}, "ringing (Europe)": {[]float64{425}, 1, 4}, "a beep": {[]float64{1000}, 0.3, 0.7},
		"keys": {[]float64{770, 1336}, 0.2, 0.2},
	} {
		for _, level := range []float64{-6, -20, -35} {
			pcm := noise(30_000, -75, 3)
			gain := math.Sqrt(2/float64(len(c.hz))) * math.Pow(10, level/20)
			for i := range pcm {
				at := float64(i) / 16000
				if math.Mod(at, c.on+c.off) >= c.on || at < 1 {
					continue
				}
				for _, hz := range c.hz {
					pcm[i] += float32(gain * math.Sin(2*math.Pi*hz*at))
				}
			}
			segments, err := Cut(pcm, SegmentConfig{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(segments) > 0 {
				t.Errorf("%s at %g dBFS: %s", name, level, fmt.Sprint(len(segments), " stretches of speech"))
			}
		}
	}
}

// TestSpeechIsNotTones: hardly a block of speech is mistaken for tones.
func TestSpeechIsNotTones(t *testing.T) {
	spec := spectrum.New(VADBlock)
	taper(spec.Window)
	all, taken := 0, 0
	for _, pcm := range evalWAVs(t) {
		for i := 0; i+VADBlock <= len(pcm); i += VADBlock {
			if frame := pcm[i : i+VADBlock]; sound.DBFS(sound.Power(frame)) > -40 {
				all++
				if isTones(spec.Of(frame)[vadEdges[0]:vadEdges[vadBands]]) {
					taken++
				}
			}
		}
	}
	if all < 500 || taken*50 > all {
		t.Errorf("%d of %d blocks", taken, all)
	}
	t.Logf("%d of %d blocks", taken, all)
}
