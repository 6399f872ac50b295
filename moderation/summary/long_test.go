//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/models/waittest"
)

// timed makes a summary, and tells how long that takes.
func timed(t *testing.T, in Input) (models.Summary, time.Duration) {
	begin := waittest.CPUTime(t) // other programs on the machine don't count
	s := Make(in)
	return s, waittest.CPUTime(t) - begin
}

// TestTwentyThousandLines: ten times as many lines take about ten times as long; comparing all pairs would take a hundred times.
// BenchmarkMake shows how long that is.
func TestTwentyThousandLines(t *testing.T) {
	in := manyLines(t, 20_000)
	few := in
	few.Utterances = in.Utterances[:2000]
	_, tenth := timed(t, few)
	for range 2 { // what else this program does only adds to it
		_, again := timed(t, few)
		tenth = min(tenth, again)
	}
	s, took := timed(t, in)
	t.Logf("%d lines in %v, %.1f times as long as a tenth of them: %d chapters", s.Lines, took, float64(took)/float64(tenth), len(s.Chapters))
	if took > 50*tenth {
		t.Errorf("%v, and %v for a tenth of the lines", took, tenth)
	}
	if len(s.Chapters) < 10 || len(s.Chapters) > maxChapters || len(s.Decisions) != maxListed || len(s.Highlights) != highlightsMost {
		t.Errorf("%d chapters, %d decisions, %d highlights", len(s.Chapters), len(s.Decisions), len(s.Highlights))
	}
}

// TestEndlessLines: ten times as long lines take about ten times as long, whoever says something around them.
func TestEndlessLines(t *testing.T) {
	talk := func(times int) Input {
		long := strings.Repeat("Ben will send the plan by Friday. Could you check the price of the pump? I'll ask about the shed. ", times)
		return said("Ana: "+long, "Ben: "+long, "Ana: Okay, bye.")
	}
	_, tenth := timed(t, talk(200))
	s, took := timed(t, talk(2000))
	t.Logf("%v, and %v for a tenth", took, tenth)
	if took > 40*tenth {
		t.Errorf("%v, and %v for a tenth of the words", took, tenth)
	}
	if s.Lines != 3 || len(s.Actions) == 0 || len(s.Highlights) == 0 {
		t.Errorf("%d lines, %d actions, %d highlights", s.Lines, len(s.Actions), len(s.Highlights))
	}
}

// TestPartsOfLines: a line that is too long is looked at in parts that hold all of it.
func TestPartsOfLines(t *testing.T) {
	for name, text := range map[string]string{
		"sentences": strings.Repeat("The pump in the garden is loud. ", 1000), "a word": strings.Repeat("水", 10_000), "short": "Hi.", "empty": "",
	} {
		l := line{Text: text, StartMS: 1000, EndMS: 90_000}
		parts := l.cut()
		var all []string
		at := l.StartMS
		for _, p := range parts {
			if len(p.Text) > maxLine || !utf8.ValidString(p.Text) || p.StartMS != at || p.EndMS < at {
				t.Errorf("%s: %d bytes from %d to %d ms, after %d ms", name, len(p.Text), p.StartMS, p.EndMS, at)
			}
			at = p.EndMS
			all = append(all, p.Text)
		}
		if strings.Join(all, "") != text || at != l.EndMS || name == "sentences" && !slices.ContainsFunc(all, func(s string) bool {
			return strings.HasSuffix(s, "loud. ")
		}) {
			t.Errorf("%s: %d parts until %d ms", name, len(all), at)
		}
	}
}
