package decoder

import (
	"testing"
	"time"

	"earshot/transcribe"
)

// BenchmarkPipe sends 4 s of sound to a process that answers at once: what a clip pays for being decoded elsewhere, in time
// and in CPU time of both.
func BenchmarkPipe(b *testing.B) {
	p := newPool(b, Config{})
	e := p.Engines()[0]
	pcm := act(speak, 4*time.Second)
	say(b, e, "ready")
	here, there := cpuTime(), p.Stats().CPU
	for b.Loop() {
		if _, err := e.Transcribe(b.Context(), pcm, transcribe.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime()-here+p.Stats().CPU-there).Microseconds())/float64(b.N), "cpu-us/clip")
}

// BenchmarkRestart kills a process and waits for the next: without a model, what a restart costs at least.
func BenchmarkRestart(b *testing.B) {
	e := newPool(b, Config{}).Engines()[0]
	say(b, e, "ready")
	for b.Loop() {
		if _, err := e.Transcribe(b.Context(), act(crash, time.Second), transcribe.Options{}); err == nil {
			b.Fatal("it did not crash")
		}
		if err := e.(transcribe.Readier).Ready(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
