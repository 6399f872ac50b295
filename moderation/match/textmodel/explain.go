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
func (m *Model) Explain(spoken []string, label int) []Counted {
	words := m.read(spoken)
	var top []word
	whole := 0.0
	m.windows(words, func(from, to int, raw []float64) {
		if top == nil || raw[label] > whole {
			top, whole = words[from:to], raw[label]
		}
	})
	falls := map[int]float64{}
	sum := 0.0
	for _, w := range top {
		if _, done := falls[w.of]; done {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(top), func(x word) bool { return x.of == w.of })
		falls[w.of] = 0
		if raw := m.raw(rest); raw == nil || raw[label] < whole {
			falls[w.of] = 1
			if raw != nil {
				falls[w.of] = whole - raw[label]
			}
			sum += falls[w.of]
		}
	}
	return largest(falls, sum)
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
