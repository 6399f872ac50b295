package textmodel

import (
	"errors"
	"math"
	"slices"
)

// Alarms count how many lines of ordinary talk, which a model was not trained on, reach a score although they are harmless.
type Alarms struct {
	Lines   int     `json:"lines"`   // that were scored
	Reached [][]int `json:"reached"` // of each label, the lines that reach 0.01, 0.02, … 0.99
}

const alarmSteps = 100 // from the score 0 to 1

// MeasureAlarms scores lines of ordinary talk, each as its words. Without lines nothing is measured.
func MeasureAlarms(m *Model, lines [][]string) *Alarms {
	if len(lines) == 0 {
		return nil
	}
	a := &Alarms{Lines: len(lines), Reached: make([][]int, len(m.Labels))}
	for k := range a.Reached {
		a.Reached[k] = make([]int, alarmSteps-1)
	}
	s := NewScorer(m)
	for _, line := range lines {
		for k, score := range s.Score(line) {
			for i := range min(alarmStep(score), alarmSteps-1) {
				a.Reached[k][i]++
			}
		}
	}
	return a
}

// alarmStep is the last step that a score reaches. What is written with two decimals reaches its own.
func alarmStep(score float64) int { return int(math.Floor(score*alarmSteps + 1e-9)) }

// FalseAlarms is how many of how many measured lines of ordinary talk reach a score for a label. Of a score between two that were
// counted it is the figure of the lower. Without a measurement, or for a score that every line reaches, lines is 0.
func (m *Model) FalseAlarms(label string, score float64) (reached, lines int) {
	k, i := slices.Index(m.Labels, label), min(alarmStep(score), alarmSteps-1)
	if m.Alarms == nil || k < 0 || i < 1 {
		return 0, 0
	}
	return m.Alarms.Reached[k][i-1], m.Alarms.Lines
}

// check refuses counts that no measurement gives.
func (a *Alarms) check(labels int) error {
	if a == nil {
		return nil
	}
	if a.Lines < 1 || len(a.Reached) != labels {
		return errors.New("its header counts false alarms without lines, or not those of each label")
	}
	for _, counts := range a.Reached {
		falling := slices.IsSortedFunc(counts, func(x, y int) int { return y - x })
		if len(counts) != alarmSteps-1 || !falling || counts[0] > a.Lines || counts[len(counts)-1] < 0 {
			return errors.New("its header counts false alarms that are not as many as scores, rise with the score, or exceed the lines")
		}
	}
	return nil
}
