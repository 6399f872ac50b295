package main

import (
	"math"
	"slices"
	"strings"

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

// leastShare is how many summaries have what is counted of the words of grammar, at least.
const leastShare = 0.02

// grammar counts how summaries use the words of grammar: how many have one at least once, twice, and so on; how many have two
// side by side; and how often a word with a topic stands before or after one.
func grammar(of []*learned) summary.Vocabulary {
	once := map[string][]float64{}
	pairs, before, after, places := map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string][2]float64{}
	for _, m := range of {
		times := map[string]int{}
		for i, w := range m.reference {
			if !summary.Ordinary(w) {
				continue
			}
			times[w]++
			p := places[w]
			if i > 0 {
				p[0]++
				before[w] += share(!summary.Ordinary(m.reference[i-1]), 1)
			}
			if i+1 < len(m.reference) {
				p[1]++
				after[w] += share(!summary.Ordinary(m.reference[i+1]), 1)
			}
			places[w] = p
		}
		for w, n := range times {
			if once[w] == nil {
				once[w] = make([]float64, grammarTimes)
			}
			for k := range min(n, grammarTimes) {
				once[w][k] += 1 / float64(len(of))
			}
		}
		for b := range m.bigrams {
			first, second, _ := strings.Cut(b, " ")
			pairs[b] += share(summary.Ordinary(first) && summary.Ordinary(second), len(of))
		}
	}
	out := summary.Vocabulary{
		Grammar: map[string][]float64{}, GrammarPairs: map[string]float64{},
		TopicBefore: map[string]float64{}, TopicAfter: map[string]float64{},
	}
	for w, shares := range once {
		shares = slices.DeleteFunc(shares, func(s float64) bool { return s < leastShare })
		if len(shares) == 0 {
			continue
		}
		for i, s := range shares {
			shares[i] = short(s)
		}
		out.Grammar[w] = shares
		out.TopicBefore[w], out.TopicAfter[w] = short(before[w]/(places[w][0]+unseen)), short(after[w]/(places[w][1]+unseen))
	}
	for b, s := range pairs {
		if s >= leastShare {
			out.GrammarPairs[b] = short(s)
		}
	}
	return out
}

// unseen is how many places without a topic are added to those counted beside a word.
const unseen = 5

// share is one of so many, or nothing.
func share(is bool, of int) float64 {
	if is {
		return 1 / float64(of)
	}
	return 0
}

// short keeps three digits.
func short(x float64) float64 { return math.Floor(x*1000) / 1000 }
