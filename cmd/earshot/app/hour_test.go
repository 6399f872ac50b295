//go:build !race

package app

import (
	"io"
	"os"
	"testing"

	"earshot/bot/audio"
	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe"
)

// TestAnHourWithoutSpeech plays silence, noise, hum, clicks and music to the bot, faster than in real time: whatever the model makes
// of it is marked as doubtful, so that no rule acts on it. It covers eight minutes, or the whole hour if EARSHOT_TEST_LONG is set.
func TestAnHourWithoutSpeech(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes for a minute")
	}
	t.Parallel()
	engine := practiceEngine(t)
	detectors := map[string]func() audio.VAD{"energy": speech.NewVAD(nil)}
	if _, err := os.Stat(sileroFile); err == nil {
		detectors["silero"] = speech.NewVAD(loadSilero(t))
	}
	for _, u := range sentences(t) {
		c := models.Clip{EndMS: int64(len(u.PCM) / 16), PCM: u.PCM, VoicedMS: int64(len(u.PCM) / 20), LevelDBFS: -20}
		r, err := engine.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{})
		if d := transcribe.Doubts(c, r); err != nil || len(d) > 0 {
			t.Errorf("%s is speech and doubted: %v, %v", u.Name, d, err)
		}
	}
	for name, detector := range detectors {
		t.Run(name, func(t *testing.T) { hearAnHour(t, engine, detector) })
	}
}

func hearAnHour(t *testing.T, engine transcribe.Decoder, detector func() audio.VAD) {
	minutes, segments, texts := 0, 0, 0
	for i, kind := range noise.Kinds() {
		n := 1
		if kind == noise.Music {
			n = 2
		}
		if longTests {
			n = 6*n + 2
		}
		for m := range n {
			minutes++
			vad := detector()
			sound := noise.Make(kind, 60*models.SampleRate, -50+float64(m)*35/float64(n), uint64(100*i+m))
			segs, err := audio.Cut(sound, audio.SegmentConfig{}, vad)
			if c, ok := vad.(io.Closer); ok {
				_ = c.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range segs {
				segments++
				c := models.Clip{StartMS: s.Start / 16, EndMS: s.End / 16, PCM: s.PCM, VoicedMS: s.VoicedMS, LevelDBFS: s.LevelDBFS, Forced: s.Forced}
				r, err := engine.Decode(t.Context(), transcribe.Sound{PCM: s.PCM}, transcribe.Options{})
				if err != nil {
					t.Fatal(err)
				}
				u := transcribe.NewUtterance(c, r, "m")
				if u.Text == "" {
					continue
				}
				texts++
				if len(u.Doubt) == 0 {
					t.Errorf(
						"%s, minute %d: %d chars of %d ms are not doubted (log prob %.2f, no speech %.2f)", kind, m, len(u.Text), u.EndMS-u.StartMS,
						u.LogProb, u.NoSpeech,
					)
				}
			}
		}
	}
	t.Logf("%d minutes, %d segments taken for speech, %d with text", minutes, segments, texts)
}
