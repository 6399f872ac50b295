package train

import (
	"math"
	"slices"

	"earshot/moderation/match/textmodel"
)

// Report says what a model gained and lost, on lines that were held out.
type Report struct {
	// Extends says that it is compared with the model that it extends, otherwise with the shipped one.
	Extends bool `json:"extends"`
	Lines   int  `json:"lines"` // all, each once
	Twice   int  `json:"twice"` // said again with the same labels, and left out
	Empty   int  `json:"empty"` // without a word, and left out
	// HeldOut and Harmless count the lines that were measured on, and the harmless ones among them.
	HeldOut  int   `json:"held_out"`
	Harmless int   `json:"harmless"`
	Rows     []Row `json:"rows"`
}

// Row is one label at one least score.
type Row struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
	// Lines are the held-out lines with the label.
	Lines  int     `json:"lines"`
	Before Measure `json:"before"`
	After  Measure `json:"after"`
}

// Measure is what a model makes of the held-out lines.
type Measure struct {
	// Right, Wrong and False count lines that reach the score: those with the label, those that are known not to have it, and of
	// these the harmless ones.
	Right int `json:"right"`
	Wrong int `json:"wrong"`
	False int `json:"false"`
	// Precision and Recall are shares; -1: there is nothing to take a share of.
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	// FalseAlarms are the harmless lines that reach the score, of 1,000.
	FalseAlarms float64 `json:"false_alarms"`
}

// at are the least scores that are measured.
var at = [2]float64{0.5, 0.9}

// measure compares two models on lines that neither was trained on.
func measure(before, after *textmodel.Model, all *Lines, held []Line, extends bool) Report {
	r := Report{Extends: extends, Lines: len(all.All), Twice: all.Twice, Empty: all.Empty, HeldOut: len(held)}
	for _, l := range held {
		if l.harmless() {
			r.Harmless++
		}
	}
	for _, label := range after.Labels {
		was, is := scoresOf(before, label, held), scoresOf(after, label, held)
		k := slices.Index(textmodel.Labels[:], label)
		for _, score := range at {
			row := Row{Label: label, Score: score}
			for _, l := range held {
				if l.is[k] == yes {
					row.Lines++
				}
			}
			row.Before, row.After = measured(was, held, k, score, row.Lines, r.Harmless), measured(is, held, k, score, row.Lines, r.Harmless)
			r.Rows = append(r.Rows, row)
		}
	}
	return r
}

// scoresOf are the scores of a label; of one that the model does not know they are 0.
func scoresOf(m *textmodel.Model, label string, lines []Line) []float64 {
	out := make([]float64, len(lines))
	k := slices.Index(m.Labels, label)
	if k < 0 {
		return out
	}
	s := textmodel.NewScorer(m)
	for i, l := range lines {
		out[i] = s.Score(l.words)[k]
	}
	return out
}

func measured(scores []float64, lines []Line, k int, least float64, labelled, harmless int) Measure {
	m := Measure{Precision: -1, Recall: -1}
	for i, l := range lines {
		switch {
		case scores[i] < least:
		case l.is[k] == yes:
			m.Right++
		case l.is[k] == no:
			m.Wrong++
			if l.harmless() {
				m.False++
			}
		}
	}
	if n := m.Right + m.Wrong; n > 0 {
		m.Precision = rounded3(float64(m.Right) / float64(n))
	}
	if labelled > 0 {
		m.Recall = rounded3(float64(m.Right) / float64(labelled))
	}
	if harmless > 0 {
		m.FalseAlarms = rounded3(1000 * float64(m.False) / float64(harmless))
	}
	return m
}

func rounded3(x float64) float64 { return math.Round(x*1000) / 1000 }
