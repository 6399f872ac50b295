//go:build !race

package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"earshot/bot/audio"
	"earshot/bot/audio/wav"
	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/transcribe/fixture/eval"
	"earshot/transcribe/whisper"
)

const (
	humanSpeech  = "../../../../shared/audio/*.wav"
	blockSamples = audio.VADBlock
)

func loadSilero(t testing.TB) *whisper.VADModel {
	t.Helper()
	if _, err := os.Stat(sileroFile); err != nil {
		t.Skip("no Silero model: put for-tests-silero-v6.2.0-ggml.bin of whisper.cpp into ../shared/models beside the checkout")
	}
	m, err := whisper.LoadVAD(sileroFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// speakers are recordings of people, where they are installed, and of synthetic voices.
func speakers(t *testing.T) map[string][]float32 {
	t.Helper()
	out := map[string][]float32{}
	files, _ := filepath.Glob(humanSpeech)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if out[filepath.Base(f)], err = wav.ReadAll(bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Log("no human speech: put wav files into ../shared/audio beside the checkout")
	}
	all, err := eval.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		out[s.Voice] = append(append(out[s.Voice], s.PCM...), make([]float32, 24000)...)
	}
	return out
}

// blockLevels are the levels of the VAD blocks, in dBFS.
func blockLevels(pcm []float32) []float64 {
	var out []float64
	for ; len(pcm) >= blockSamples; pcm = pcm[blockSamples:] {
		out = append(out, noise.Decibels(pcm[:blockSamples]))
	}
	return out
}

// spokenBlocks marks the blocks of a clean recording that hold speech: within 25 dB of its mean level and 8 dB above its
// own background.
func spokenBlocks(pcm []float32) []bool {
	levels := blockLevels(pcm)
	sorted := slices.Sorted(slices.Values(levels))
	least := max(noise.Decibels(pcm)-25, sorted[len(sorted)/10]+8, -60)
	out := make([]bool, len(levels))
	for i, l := range levels {
		out[i] = l > least
	}
	return out
}

// heardShare is the share of the spoken blocks that lie in segments.
func heardShare(t *testing.T, pcm []float32, speech []bool, vad audio.VAD) float64 {
	t.Helper()
	segments, err := audio.Cut(pcm, audio.SegmentConfig{}, vad)
	if err != nil {
		t.Fatal(err)
	}
	heard, all := 0, 0
	for i, s := range speech {
		if !s {
			continue
		}
		all++
		at := int64(i*blockSamples + blockSamples/2)
		if slices.ContainsFunc(segments, func(seg audio.Segment) bool { return at >= seg.Start && at < seg.End }) {
			heard++
		}
	}
	return float64(heard) / float64(all)
}

// earKind is a voice detector with its name.
type earKind struct {
	name string
	open func() audio.VAD
}

// eachDetector runs a test with the detector that needs no model, and with Silero where its model is there.
func eachDetector(t *testing.T, test func(t *testing.T, d earKind)) {
	t.Run("energy", func(t *testing.T) { test(t, earKind{"energy", speech.NewVAD(nil)}) })
	t.Run("silero", func(t *testing.T) { test(t, earKind{"silero", speech.NewVAD(loadSilero(t))}) })
}

// closeVAD closes a detector.
func closeVAD(vad audio.VAD) {
	if c, ok := vad.(io.Closer); ok {
		_ = c.Close()
	}
}

func TestSpeechIsHeardInNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("listens to minutes of speech in noise")
	}
	t.Parallel()
	eachDetector(t, func(t *testing.T, d earKind) {
		for name, clean := range speakers(t) {
			speech := spokenBlocks(clean)
			for _, kind := range []noise.Kind{noise.Pink, noise.Hum} {
				for _, snr := range []float64{10, 30} {
					vad := d.open()
					pcm := noise.Make(kind, len(clean), noise.Decibels(clean)-snr, 7)
					for i := range clean {
						pcm[i] += clean[i]
					}
					r := heardShare(t, pcm, speech, vad)
					if r < 0.98 {
						t.Errorf("%s in %s at %g dB: %.4f of the speech is heard, want 0.98", name, kind, snr, r)
					}
					closeVAD(vad)
				}
			}
		}
	})
}

// TestNoiseIsNotTakenForSpeech leaves out music for the energy detector, which cannot tell it from speech. Clicks as loud as speech
// are left out too.
func TestNoiseIsNotTakenForSpeech(t *testing.T) {
	if testing.Short() {
		t.Skip("listens to half an hour of noise")
	}
	t.Parallel()
	eachDetector(t, func(t *testing.T, d earKind) {
		for _, kind := range noise.Kinds() {
			for _, level := range []float64{-60, -40, -20} {
				if d.name == "energy" && (kind == noise.Music || kind == noise.Clicks && level > -40) {
					continue
				}
				vad := d.open()
				segments, err := audio.Cut(noise.Make(kind, 60*16000, level, 3), audio.SegmentConfig{}, vad)
				closeVAD(vad)
				if err != nil {
					t.Fatal(err)
				}
				var voiced int64
				for _, s := range segments {
					voiced += s.VoicedMS
				}
				if voiced > 1200 { // 2 % of a minute
					t.Errorf("%s at %g dBFS: %d of 60000 ms are taken for speech", kind, level, voiced)
				}
			}
		}
	})
}
