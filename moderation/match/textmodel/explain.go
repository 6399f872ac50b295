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

// Explain finds the spoken words that a label's score comes from, those that count most first: each word is left out in turn,
// and the fall of the value is its share. It takes as many scores as the line has words, at most those of one window, once for all
// labels whose value is highest there. Of a line whose value no single word carries there are none.
func (s *Scorer) Explain(spoken []string, label int) []Counted {
	words := s.m.read(spoken)
	var top []word
	whole := 0.0
	s.windows(words, func(from, to int, raw []float64) {
		if top == nil || raw[label] > whole {
			top, whole = words[from:to], raw[label]
		}
	})
	if !slices.Equal(top, s.explained) {
		s.explain(top)
	}
	falls := make([]Counted, len(s.without))
	sum := 0.0
	for i, w := range s.without {
		fall := 1.0
		if w.raw != nil {
			fall = max(0, whole-w.raw[label])
		}
		falls[i] = Counted{w.word, fall}
		sum += fall
	}
	return largest(falls, sum)
}

// without are the values of a window when a spoken word is left out; nil where no other words are.
type without struct {
	word int
	raw  []float64
}

// explain leaves out each spoken word of a window in turn.
func (s *Scorer) explain(words []word) {
	s.explained, s.without = words, nil
	s.window(words, make([]float64, len(s.m.Labels))) // what is left is compared with it
	s.last, s.next = s.next, s.last
	for i, w := range words {
		if i > 0 && words[i-1].of == w.of {
			continue
		}
		left := without{word: w.of}
		if rest := slices.DeleteFunc(slices.Clone(words), func(x word) bool { return x.of == w.of }); len(rest) > 0 {
			left.raw = make([]float64, len(s.m.Labels))
			s.window(rest, left.raw)
		}
		s.without = append(s.without, left)
	}
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
