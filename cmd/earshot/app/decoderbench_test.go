package app

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/decoder"

	"golang.org/x/sync/errgroup"
)

// benchModel names a model to measure with, as in the package bench.
const benchModel = "EARSHOT_BENCH_MODEL"

// benchPool runs decoders of the practice model, or of the model that EARSHOT_BENCH_MODEL names.
func benchPool(b *testing.B, processes, states int) *decoder.Pool {
	b.Helper()
	path, err := speech.ModelPath(configs.Config{Model: os.Getenv(benchModel), DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	p, err := decoder.New(decoder.Config{Model: path, Processes: processes, States: states, AllowNoWeights: true})
	if err != nil {
		b.Fatal(err)
	}
	runDecoders(b, p.Run, p.Close)
	return p
}

// fourSeconds is audio that contains speech.
func fourSeconds(b *testing.B) []float32 {
	pcm := make([]float32, 4*models.SampleRate)
	copy(pcm, sentences(b)[4].PCM)
	return pcm
}

// BenchmarkDecoders decodes 4 s of audio on two slots at the same time: in one process each, and in one process with two states. It
// reports the CPU time per clip and the resident memory of all decoders.
func BenchmarkDecoders(b *testing.B) {
	for _, shape := range []struct{ processes, states int }{{1, 1}, {2, 1}, {1, 2}} {
		b.Run(strconv.Itoa(shape.processes)+"x"+strconv.Itoa(shape.states), func(b *testing.B) {
			p, pcm := benchPool(b, shape.processes, shape.states), fourSeconds(b)
			each := func() {
				var group errgroup.Group
				for _, e := range p.Decoders() {
					group.Go(func() error {
						_, err := e.Decode(b.Context(), transcribe.Sound{PCM: pcm}, transcribe.Options{})
						return err
					})
				}
				if err := group.Wait(); err != nil {
					b.Fatal(err)
				}
			}
			each() // warm
			before := p.Stats().CPU
			for b.Loop() {
				each()
			}
			after, clips := p.Stats(), float64(b.N*len(p.Decoders()))
			b.ReportMetric(float64((after.CPU-before).Microseconds())/1000/clips, "cpu-ms/clip")
			var rss int64
			for _, c := range after.Processes {
				rss += c.RSS
			}
			b.ReportMetric(float64(rss)/1e6, "MB")
		})
	}
}

// BenchmarkDecoderStart kills a decoder and waits for the next one, and for its first and second clip.
func BenchmarkDecoderStart(b *testing.B) {
	p, pcm := benchPool(b, 1, 1), fourSeconds(b)
	e := p.Decoders()[0]
	ready := func() {
		if err := e.(transcribe.Readier).Ready(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	decode := func() {
		if _, err := e.Decode(b.Context(), transcribe.Sound{PCM: pcm}, transcribe.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	ready()
	var start, first, second time.Duration
	for b.Loop() {
		was := p.Stats()
		began := time.Now()
		if err := syscall.Kill(was.Processes[0].PID, syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		for p.Stats().Restarts == was.Restarts {
			runtime.Gosched()
		}
		ready()
		start += time.Since(began)
		began = time.Now()
		decode()
		first += time.Since(began)
		began = time.Now()
		decode()
		second += time.Since(began)
	}
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(per(start), "ready-ms")
	b.ReportMetric(per(first), "first-clip-ms")
	b.ReportMetric(per(second), "second-clip-ms")
}
