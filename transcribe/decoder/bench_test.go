package decoder

import (
	"os"
	"runtime"
	"testing"
	"time"

	"earshot/transcribe"
)

// BenchmarkPipe sends 4 s of sound to a process that answers at once: what a clip pays for being decoded elsewhere, in time
// and in CPU time of both.
func BenchmarkPipe(b *testing.B) {
	p := newPool(b, Config{})
	e := p.Decoders()[0]
	pcm := act(speak, 4*time.Second)
	say(b, e, "ready")
	here, there := cpuTime(), p.Stats().CPU
	for b.Loop() {
		if _, err := e.Decode(b.Context(), transcribe.Sound{PCM: pcm}, transcribe.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime()-here+p.Stats().CPU-there).Microseconds())/float64(b.N), "cpu-us/clip")
}

// BenchmarkRestart kills a process and waits for the next: without a model, what a restart costs at least, and what it leaves
// behind in descriptors and goroutines.
func BenchmarkRestart(b *testing.B) {
	e := newPool(b, Config{}).Decoders()[0]
	say(b, e, "ready")
	files, routines := openFiles(b), runtime.NumGoroutine()
	defer func() {
		b.ReportMetric(float64(openFiles(b)-files)/float64(b.N), "files/op")
		b.ReportMetric(float64(runtime.NumGoroutine()-routines)/float64(b.N), "goroutines/op")
	}()
	for b.Loop() {
		if _, err := e.Decode(b.Context(), transcribe.Sound{PCM: act(crash, time.Second)}, transcribe.Options{}); err == nil {
			b.Fatal("it did not crash")
		}
		if err := e.(transcribe.Readier).Ready(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// openFiles counts the descriptors of this process, where the system tells them.
func openFiles(b *testing.B) int {
	b.Helper()
	found, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		b.Skip(err)
	}
	return len(found)
}
