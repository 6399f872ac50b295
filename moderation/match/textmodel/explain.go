package textmodel

import (
	"cmp"
	"slices"
)

// What of a line is named as the words that counted.
const (
	mostWords   = 5   // words
	enoughShare = 0.8 // of what all words together add
)

// Counted is a spoken word that a score comes from.
type Counted struct {
	Word  int     // its index
	Share float64 // of what the words that add to the score add together, from 0 to 1
}

// Explain finds the spoken words that a label's score comes from, those that count most first: each word of the window whose value
// is highest is left out in turn, and the fall of the value is its share. That is done once for all labels that are highest there.
// Of a line whose value no single word carries there are none.
func (s *Scorer) Explain(spoken []string, label int) []Counted {
	var top *window
	windows := s.windows(s.m.read(spoken))
	for i := range windows {
		if top == nil || windows[i].raw[label] > top.raw[label] {
			top = &windows[i]
		}
	}
	if top == nil {
		return nil
	}
	if top.without == nil {
		top.without = s.leaveOut(top.words)
	}
	falls := make([]Counted, len(top.without))
	sum := 0.0
	for i, w := range top.without {
		fall := 1.0
		if w.raw != nil {
			fall = max(0, top.raw[label]-w.raw[label])
		}
		falls[i] = Counted{w.word, fall}
		sum += fall
	}
	return largest(falls, sum)
}

// largest are the words with the largest falls, as many as make up enough of their sum, each with its share of it.
func largest(falls []Counted, sum float64) []Counted {
	var out []Counted
	for _, f := range falls {
		if f.Share > 0 {
			out = append(out, Counted{f.Word, f.Share / sum})
		}
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(cmp.Compare(b.Share, a.Share), a.Word-b.Word) })
	reached := 0.0
	for i, c := range out {
		if i == mostWords || reached >= enoughShare {
			return out[:i]
		}
		reached += c.Share
	}
	return out
}
