//go:build !race

package summary

import (
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// TestTwentyThousandLines: ten times as many lines take about ten times as long; comparing all pairs would take a hundred times.
// BenchmarkMake shows how long that is.
func TestTwentyThousandLines(t *testing.T) {
	in := manyLines(t, 20_000)
	few := in
	few.Utterances = in.Utterances[:2000]
	timed := func(in Input) (models.Summary, time.Duration) {
		begin := waittest.CPUTime(t) // other programs on the machine don't count
		s := Make(in)
		return s, waittest.CPUTime(t) - begin
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
