package train

import (
	"math"
	"slices"

	"earshot/moderation/match/textmodel"
)

// Shares of the harmless lines that reach the scores 0.5 and 0.9: how scores are set.
const (
	reachHalf   = 0.005
	reachNinety = 0.001
	tail        = 0.1 // of the harmless lines, whose values are looked at
)

// calibrate sets the scale of the scores by lines that were not trained on. A model that is made has it from its harmless lines. One that
// is extended keeps its scale, but where the tail of the harmless lines, or of those that are known not to have the label, has moved up,
// what is asked of a line moves with it, so that no more of them reach a score than before. It never moves the other way, or the model
// would raise the alarms again that it was taught to spare.
func calibrate(w *textmodel.Weights, before, after *textmodel.Model, lines []Line, extends bool) {
	for k, label := range w.Labels {
		is := newTail(after, k, lines)
		half, ninety := is.reached(reachHalf), is.reached(reachNinety)
		if extends {
			old := slices.Index(before.Labels, label)
			was, not := newTail(before, old, lines), notSo(label, lines)
			a, b := w.Calibration.A[k], w.Calibration.B[k]
			mild, sure := -b/a, (nineTimes-b)/a
			half = mild + max(0, half-was.reached(reachHalf), overtaken(before, old, mild, after, k, not))
			ninety = sure + max(half-mild, ninety-was.reached(reachNinety), overtaken(before, old, sure, after, k, not))
		}
		slope := nineTimes / max(0.05, ninety-half)
		w.Calibration.A[k], w.Calibration.B[k] = slope, -slope*half
	}
}

// notSo are the lines that are known not to have a label.
func notSo(label string, lines []Line) (out []Line) {
	k := slices.Index(textmodel.Labels[:], label)
	for _, l := range lines {
		if l.is[k] == no {
			out = append(out, l)
		}
	}
	return out
}

// overtaken is how much higher a value as many of the lines reach as reached one before. Of lines that none reached nothing is known.
func overtaken(before *textmodel.Model, old int, value float64, after *textmodel.Model, now int, lines []Line) float64 {
	reached := 0
	var values []float64
	for _, l := range lines {
		if before.Values(l.words)[old] >= value {
			reached++
		}
		values = append(values, after.Values(l.words)[now])
	}
	if reached == 0 || reached == len(lines) {
		return 0
	}
	slices.Sort(values)
	return values[len(values)-reached] - value
}

// nineTimes is how far the score 0.9 lies from 0.5 on the logistic scale.
var nineTimes = math.Log(9)

// highest is the upper tail of the values of harmless lines: beyond a threshold the excess is taken to be exponential.
type highest struct{ threshold, mean float64 }

func newTail(m *textmodel.Model, k int, lines []Line) highest {
	var values []float64
	for _, l := range lines {
		if v := m.Values(l.words); l.harmless() && v != nil {
			values = append(values, v[k])
		}
	}
	slices.Sort(values)
	if len(values) == 0 {
		return highest{0, 1}
	}
	over := values[int((1-tail)*float64(len(values))):]
	h := highest{threshold: over[0]}
	for _, v := range over {
		h.mean += (v - over[0]) / float64(len(over))
	}
	return h
}

// reached is the value that a share of the harmless lines reaches.
func (h highest) reached(share float64) float64 { return h.threshold + h.mean*math.Log(tail/share) }
