package whisper

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"
)

// Empty models of full size lie beside the checkout, where there are any: they cost what real ones do.
const sharedModels = "../../../shared/models/"

// BenchmarkFixture decodes the recorded sentences with the fixture model in the shortest window.
func BenchmarkFixture(b *testing.B) {
	s, all := newState(b, newFixtureModel(b)), sentences(b)
	decode(b, s, all[0].PCM, transcribe.Options{}) // warm
	heard, i := 0, 0
	before := waittest.CPUTime(b)
	for b.Loop() {
		pcm := all[i%len(all)].PCM
		decode(b, s, pcm, transcribe.Options{})
		heard += len(pcm)
		i++
	}
	reportCPU(b, before, heard)
}

// BenchmarkFullSize decodes 4 s of sound with full-size models that hold no weights: one token only.
func BenchmarkFullSize(b *testing.B) {
	for _, file := range []string{"for-tests-ggml-tiny.en.bin", "for-tests-ggml-base.en.bin"} {
		b.Run(file, func(b *testing.B) {
			m, err := Load(sharedModels+file, LoadOptions{AllowNoWeights: true})
			if errors.Is(err, fs.ErrNotExist) {
				b.Skipf("no model of full size: %v", err)
			}
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			s, pcm := newState(b, m), make([]float32, 4*models.SampleRate)
			copy(pcm, sentences(b)[4].PCM)
			decode(b, s, pcm, transcribe.Options{}) // warm
			before := waittest.CPUTime(b)
			for b.Loop() {
				decode(b, s, pcm, transcribe.Options{})
			}
			reportCPU(b, before, b.N*len(pcm))
		})
	}
}

func reportCPU(b *testing.B, before time.Duration, samples int) {
	cpu := waittest.CPUTime(b) - before
	b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/clip")
	b.ReportMetric(float64(cpu.Milliseconds())*models.SampleRate/float64(samples), "cpu-ms/audio-s")
}
