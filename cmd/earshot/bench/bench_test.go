package bench

import (
	"os"
	"testing"

	"earshot/cmd/earshot/playback"
	"earshot/transcribe/fixture"
	"earshot/transcribe/whisper"
)

// benchModel names a model to measure with, for example a full-size one without weights, which costs what a real one does.
const benchModel = "EARSHOT_BENCH_MODEL"

// BenchmarkWholePath takes taped speech through jitter buffer, Opus, voice detection, cutting and Whisper, on one
// thread, with the practice model and with the model that EARSHOT_BENCH_MODEL names. It reports CPU time, which a busy
// machine changes less than wall time.
func BenchmarkWholePath(b *testing.B) {
	b.Run("practice", func(b *testing.B) {
		path, err := fixture.Path(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		benchPath(b, path)
	})
	b.Run("given", func(b *testing.B) {
		path := os.Getenv(benchModel)
		if path == "" {
			b.Skip("no model given: set " + benchModel + " to a ggml file")
		}
		benchPath(b, path)
	})
}

func benchPath(b *testing.B, path string) {
	model, err := whisper.Load(path, whisper.LoadOptions{AllowNoWeights: true})
	if err != nil {
		b.Fatal(err)
	}
	defer model.Close()
	state, err := model.NewState()
	if err != nil {
		b.Fatal(err)
	}
	defer state.Close()
	lines, err := playback.Lines()
	if err != nil {
		b.Fatal(err)
	}
	track, err := playback.Continuous(lines)
	if err != nil {
		b.Fatal(err)
	}
	var spent stageTimes
	for b.Loop() {
		if err := spent.add(b.Context(), state, track); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(ms(spent.path)/spent.audio.Seconds(), "cpu-ms/audio-s")
	b.ReportMetric(ms(spent.path)/spent.speech.Seconds(), "cpu-ms/speech-s")
	b.ReportMetric(ms(spent.opus)/spent.audio.Seconds(), "opus-ms/audio-s")
	b.ReportMetric(ms(spent.vad)/spent.audio.Seconds(), "vad-ms/audio-s")
	b.ReportMetric(float64(spent.path)/float64(spent.whisper), "x-offline")
}
