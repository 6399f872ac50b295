package main

import (
	"slices"

	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
)

// bigrams is how much ROUGE-2 counts beside ROUGE-1 in what a sentence adds to a summary.
const bigrams = 2.0

// best labels with 1 the sentences that, taken one by one, each add most to the likeness of their union to the summary that
// a person wrote, as long as one adds anything.
func best(sentences []summary.Sample, reference []string) []float64 {
	labels := make([]float64, len(sentences))
	texts := make([][]string, len(sentences))
	for i, s := range sentences {
		texts[i] = evaluate.Tokens(s.Text)
	}
	var union []string
	reached := 0.0
	for {
		next, score := -1, reached+1e-9
		for i, t := range texts {
			if labels[i] > 0 {
				continue
			}
			with := slices.Concat(union, t)
			if s := evaluate.Rouge(with, reference, 1) + bigrams*evaluate.Rouge(with, reference, 2); s > score {
				next, score = i, s
			}
		}
		if next < 0 {
			return labels
		}
		labels[next], reached = 1, score
		union = append(union, texts[next]...)
	}
}

// near is the label of a gap so many lines away from one that a person chose.
var near = []float64{1, 0.5, 0.25}

// starts labels the gaps where a person began a topic; gaps beside them partly.
func starts(gaps []summary.Sample, chosen []int) []float64 {
	labels := make([]float64, len(gaps))
	for i, g := range gaps {
		for _, c := range chosen {
			if d := max(g.Seq-c, c-g.Seq); c > 0 && d < len(near) {
				labels[i] = max(labels[i], near[d])
			}
		}
	}
	return labels
}

// grammarTimes is the most times that a word is counted in a summary.
const grammarTimes = 8

// grammar counts how often summaries use the words of grammar at least once, twice, and so on.
func grammar(of []*learned) map[string][]float64 {
	counts := map[string][]float64{}
	for _, m := range of {
		times := map[string]int{}
		for _, w := range m.reference {
			if summary.Ordinary(w) {
				times[w]++
			}
		}
		for w, n := range times {
			if counts[w] == nil {
				counts[w] = make([]float64, grammarTimes)
			}
			for k := range min(n, grammarTimes) {
				counts[w][k]++
			}
		}
	}
	out := map[string][]float64{}
	for w, c := range counts {
		var shares []float64
		for _, n := range c {
			if share := n / float64(len(of)); share >= 0.02 {
				shares = append(shares, float64(int(share*1000))/1000)
			}
		}
		if len(shares) > 0 {
			out[w] = shares
		}
	}
	return out
}
