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
// and the fall of the value is its share. It takes as many scores as the line has words, at most those of one window. Of a line
// whose value no single word carries there are none.
func (s *Scorer) Explain(spoken []string, label int) []Counted {
	words := s.m.read(spoken)
	var top []word
	whole := 0.0
	s.windows(words, func(from, to int, raw []float64) {
		if top == nil || raw[label] > whole {
			top, whole = words[from:to], raw[label]
		}
	})
	if len(words) > len(top) {
		s.raw(top) // what is left is compared with it, not with the last window
	}
	falls := map[int]float64{}
	sum := 0.0
	for _, w := range top {
		if _, done := falls[w.of]; done {
			continue
		}
		falls[w.of] = max(0, s.fall(top, w.of, label, whole))
		sum += falls[w.of]
	}
	return largest(falls, sum)
}

// fall is how much a label's value falls when a spoken word is left out; 1 where no other words are.
func (s *Scorer) fall(words []word, of, label int, whole float64) float64 {
	rest := slices.DeleteFunc(slices.Clone(words), func(x word) bool { return x.of == of })
	if len(rest) == 0 {
		return 1
	}
	raw := make([]float64, len(s.m.Labels))
	s.window(rest, raw)
	return whole - raw[label]
}

// largest are the words with the largest falls, as many as make up enough of their sum.
func largest(falls map[int]float64, sum float64) []Counted {
	var out []Counted
	for word, fall := range falls {
		if fall > 0 {
			out = append(out, Counted{word, fall / sum})
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
