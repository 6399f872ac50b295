//go:build !race

package audio

import (
	"fmt"
	"testing"

	"earshot/bot/audio/sound"
)

// hears tries one recording in each kind of noise, from 10 to 30 dB below it.
func hears(t *testing.T, name string, clean []float32) {
	speech, ms, loud := spoken(clean), len(clean)/16+1, sound.DBFS(sound.Power(clean))
	heard := map[string]float64{}
	try := func(noise string, pcm []float32, share float64) {
		for _, snr := range []float64{10, 15, 30} {
			r := recall(t, mixed(clean, level(pcm, loud-snr)), speech)
			heard[fmt.Sprintf("%s at %g dB", noise, snr)] += r * share
		}
	}
	for noise, f := range noises {
		if noise != "silence" {
			try(noise, f(ms, -20), 1)
		}
	}
	try("babble", babble(t, ms, -20), 1)
	for seed := range uint64(4) { // one draw may hide a faint word that others do not
		try("white, four others,", noise(ms, -20, seed+20), 0.25)
	}
	for noise, r := range heard {
		if r < 0.98 {
			t.Errorf("%s in %s: %.4f of the speech is heard, want 0.98", name, noise, r)
		}
	}
}

func TestSpeechIsHeardInNoise(t *testing.T) {
	all := evalWAVs(t)
	var clean []float32
	for _, w := range all[:6] {
		clean = append(append(clean, silence(1000)...), w...)
	}
	hears(t, "sentences", append(clean, silence(1000)...))
}

func TestHumanSpeechIsHeardInNoise(t *testing.T) {
	for name, clean := range humanSpeech(t) {
		hears(t, name, clean)
	}
}

func TestNoiseIsNotSpeech(t *testing.T) {
	for name, f := range noises {
		for _, level := range []float64{-60, -50, -40, -20} {
			segs, err := Cut(f(60000, level), SegmentConfig{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var voiced int64
			for _, s := range segs {
				voiced += s.VoicedMS
				if s.Start > 16000 {
					t.Errorf("%s at %g dBFS is still taken for speech at %d ms", name, level, s.Start/16)
				}
			}
			if voiced > 1200 { // 2 % of a minute
				t.Errorf("%s at %g dBFS: %d of 60000 ms are taken for speech", name, level, voiced)
			}
		}
	}
}

func TestNoiseThatBeginsLaterBecomesSilence(t *testing.T) {
	pcm := append(noise(10000, -60, 1), noise(30000, -30, 2)...)
	segs, err := Cut(pcm, SegmentConfig{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segs {
		if s.End > 13*16000 {
			t.Errorf("a fan that went on at 10000 ms is speech until %d ms", s.End/16)
		}
	}
}
