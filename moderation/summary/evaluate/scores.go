package evaluate

import (
	"cmp"
	"fmt"
	"strings"

	"earshot/models"
)

// Scores are the means over some meetings.
type Scores struct {
	Meetings                int
	Rouge1, Rouge2, RougeL  float64
	Pk, WindowDiff          float64
	Words, Items, Chapters  float64
	Decisions, Actions, Ask float64 // how many of each were listed
	Read, Poor              int     // highlights that were judged by reading them, and those that read poorly
}

// Add scores one meeting's summary.
func (s *Scores) Add(m Meeting, got models.Summary) {
	var highlights []string
	for _, it := range got.Highlights {
		highlights = append(highlights, it.Text)
	}
	text, reference := Tokens(strings.Join(highlights, " ")), Tokens(m.Summary)
	pk, wd := Segmentation(len(m.Turns), m.Starts(), startsOf(m, got.Chapters))
	n := float64(s.Meetings)
	for _, v := range []struct {
		mean *float64
		of   float64
	}{
		{&s.Rouge1, Rouge(text, reference, 1)},
		{&s.Rouge2, Rouge(text, reference, 2)},
		{&s.RougeL, RougeL(text, reference)},
		{&s.Pk, pk},
		{&s.WindowDiff, wd},
		{&s.Words, float64(len(text))},
		{&s.Items, float64(len(highlights))},
		{&s.Chapters, float64(len(got.Chapters))},
		{&s.Decisions, float64(len(got.Decisions))},
		{&s.Actions, float64(len(got.Actions))},
		{&s.Ask, float64(len(got.Questions))},
	} {
		*v.mean = (*v.mean*n + v.of) / (n + 1)
	}
	s.Meetings++
	s.read(m, got.Highlights)
}

// read counts the highlights that were judged.
func (s *Scores) read(m Meeting, highlights []models.SummaryItem) {
	for _, it := range highlights {
		letters := ""
		for _, k := range it.Cites {
			letters = cmp.Or(letters, readings().Of(m.ID, k.Seq, it.Text))
		}
		if letters != "" {
			s.Read++
		}
		if ReadsPoor(letters) {
			s.Poor++
		}
	}
}

// startsOf are the turns at which chapters begin.
func startsOf(m Meeting, chapters []models.Chapter) []int {
	var out []int
	next := 0
	for i, u := range m.Input().Utterances {
		for next < len(chapters) && chapters[next].StartMS <= u.StartMS {
			out = append(out, i)
			next++
		}
	}
	return out
}

// String is one row of a table.
func (s Scores) String() string {
	return fmt.Sprintf("%4d meetings: ROUGE-1 %.3f  ROUGE-2 %.3f  ROUGE-L %.3f  (%.1f quotes, %.0f words; %d of %d judged are poor)  "+
		"Pk %.3f  WindowDiff %.3f  (%.1f chapters)  lists %.1f/%.1f/%.1f",
		s.Meetings, s.Rouge1, s.Rouge2, s.RougeL, s.Items, s.Words, s.Poor, s.Read, s.Pk, s.WindowDiff, s.Chapters, s.Decisions, s.Actions, s.Ask)
}
