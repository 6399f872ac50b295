package summary

import (
	"cmp"
	"slices"
)

// kind is what a sentence is taken for.
type kind int

const (
	decision kind = iota
	action
	question
	kinds
)

// The longest lists. When there are more, those whose cues are clearest stay.
const (
	maxDecisions = 30
	maxActions   = 30
	maxQuestions = 15
)

// threshold is the score from which a cue is believed. The weights of the cues add up to it in more than one way, so that
// a word which was heard wrong seldom loses the sentence.
const threshold = 0.7

// cues are the units of each kind, in the order they were said.
type cues [kinds][]int

// scored is a unit with the score of its kind.
type scored struct {
	unit  int
	score float64
}

// findCues sorts the sentences into decisions, actions and questions; most are none of them. A sentence has one kind.
func (d *document) findCues() cues {
	var found [kinds][]scored
	var out cues
	if d.lang == nil {
		return out
	}
	judge := d.lang.judge(d)
	for n := range d.units {
		u := &d.units[n]
		scores := judge(u)
		best := decision
		for k := range kinds {
			if scores[k] > scores[best] {
				best = k
			}
		}
		if scores[best] >= threshold {
			found[best] = append(found[best], scored{n, scores[best] + 0.01*float64(min(10, len(u.terms)))})
		}
	}
	for k, most := range [kinds]int{maxDecisions, maxActions, maxQuestions} {
		out[k] = clearest(found[k], most)
	}
	return out
}

// clearest keeps the units with the highest scores, in the order they were said.
func clearest(all []scored, most int) []int {
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []int
	for _, s := range all[:min(most, len(all))] {
		out = append(out, s.unit)
	}
	slices.Sort(out)
	return out
}
