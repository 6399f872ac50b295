//go:build !race

package summary

import (
	"syscall"
	"testing"
	"time"

	"earshot/models"
)

// TestTwentyThousandLines: ten times as many lines take about ten times as long, where comparing each with each would take
// a hundred times. BenchmarkMake tells how long that is.
func TestTwentyThousandLines(t *testing.T) {
	in := manyLines(t, 20_000)
	few := in
	few.Utterances = in.Utterances[:2000]
	timed := func(in Input) (models.Summary, time.Duration) {
		begin := cpuTime(t) // other programs on the machine don't count
		s := Make(in)
		return s, cpuTime(t) - begin
	}
	_, tenth := timed(few)
	for range 2 { // what else this program does only adds to it
		_, again := timed(few)
		tenth = min(tenth, again)
	}
	s, took := timed(in)
	t.Logf("%d lines in %v, %.1f times as long as a tenth of them: %d chapters", s.Lines, took, float64(took)/float64(tenth), len(s.Chapters))
	if took > 50*tenth {
		t.Errorf("%v, and %v for a tenth of the lines", took, tenth)
	}
	if len(s.Chapters) < 10 || len(s.Chapters) > maxChapters || len(s.Decisions) != maxListed || len(s.Highlights) != highlightsMost {
		t.Errorf("%d chapters, %d decisions, %d highlights", len(s.Chapters), len(s.Decisions), len(s.Highlights))
	}
}

// cpuTime is the processor time of this process so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
