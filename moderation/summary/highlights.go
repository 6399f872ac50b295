package summary

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"earshot/models"
)

// Highlights are the sentences most like all the others (LexRank: G. Erkan and D. R. Radev, JAIR 22, 2004), chosen one
// by one so that they differ from each other (maximal marginal relevance: J. Carbonell and J. Goldstein, SIGIR 1998),
// and so that no speaker and no chapter takes all the places.
const (
	highlightsLeast = 5
	highlightsMost  = 8
	maxCandidates   = 400 // sentences that are compared with each other
	minTerms        = 3
	maxWords        = 45
	damping         = 0.85
	rounds          = 30
	relevance       = 0.7  // against being unlike what was chosen
	sameSpeaker     = 0.12 // less for each place the speaker has
	sameChapter     = 0.15 // and the chapter
)

// candidate is a sentence that may become a highlight.
type candidate struct {
	unit, chapter int
	weights       map[int]float64 // term -> tf-idf, of length 1
	terms         []int           // the keys, in order
	score         float64
}

// highlights chooses five to eight sentences, fewer from a short session, in the order they were said.
func (d *document) highlights(chapters []span, found cues) []models.SummaryItem {
	cs := d.candidates(chapters, found)
	rank(cs)
	n := min(highlightsMost, highlightsLeast+int(d.length()/3_600_000))
	n = min(n, max(1, (len(d.units)+2)/3))
	var units []int
	for _, c := range d.choose(cs, n) {
		units = append(units, c.unit)
	}
	slices.Sort(units)
	return d.items(units, n)
}

// length is from the first to the last line, in ms.
func (d *document) length() int64 {
	if len(d.lines) == 0 {
		return 0
	}
	return d.lines[len(d.lines)-1].EndMS - d.lines[0].StartMS
}

// items quotes units, at most n.
func (d *document) items(units []int, n int) []models.SummaryItem {
	out := []models.SummaryItem{}
	for _, u := range units[:min(n, len(units))] {
		out = append(out, d.item(u))
	}
	return out
}

// candidates are the most telling sentences of each chapter. Questions and what is listed as a decision or an action
// already are none, unless there is nothing else.
func (d *document) candidates(chapters []span, found cues) []candidate {
	listed := map[int]bool{}
	for _, units := range found {
		for _, u := range units {
			listed[u] = true
		}
	}
	for _, least := range []int{minTerms, 1, 0} {
		var out []candidate
		for n, s := range chapters {
			cs := d.telling(s, n, least, listed)
			slices.SortStableFunc(cs, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
			out = append(out, cs[:min(len(cs), max(4, maxCandidates/len(chapters)))]...)
		}
		if len(out) > 0 {
			return out
		}
		listed = nil
	}
	return nil
}

// telling scores a chapter's sentences by the words they share with the rest of the chapter.
func (d *document) telling(s span, chapter, least int, listed map[int]bool) []candidate {
	tf := map[int]float64{}
	for i := s.from; i < s.to; i++ {
		for _, t := range d.lineTerms(i) {
			tf[t]++
		}
	}
	var out []candidate
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			u := &d.units[n]
			if u.lines[0] != i || listed[n] || u.asks || len(u.terms) < least || len(u.words) > maxWords {
				continue
			}
			c := candidate{unit: n, chapter: chapter}
			c.terms, c.weights = d.weigh(u.terms)
			for _, t := range c.terms {
				c.score += math.Sqrt(tf[t]) * d.idf(t)
			}
			c.score /= math.Sqrt(float64(len(u.words) + 4))
			out = append(out, c)
		}
	}
	return out
}

// weigh is a sentence as a vector of length 1.
func (d *document) weigh(terms []int) ([]int, map[int]float64) {
	weights := map[int]float64{}
	for _, t := range terms {
		weights[t] += d.idf(t)
	}
	sorted := slices.Sorted(maps.Keys(weights))
	var norm float64
	for _, t := range sorted {
		norm += weights[t] * weights[t]
	}
	for _, t := range sorted {
		weights[t] /= max(1e-9, math.Sqrt(norm))
	}
	return sorted, weights
}

// rank scores every candidate, half by its LexRank, half by how much of its chapter's words it tells.
func rank(cs []candidate) {
	links := similar(cs)
	n := float64(len(cs))
	scores, next := make([]float64, len(cs)), make([]float64, len(cs))
	for i := range scores {
		scores[i] = 1 / n
	}
	for range rounds {
		for i := range next {
			next[i] = (1 - damping) / n
		}
		for i, ls := range links {
			for _, l := range ls {
				next[l.to] += damping * scores[i] * l.share
			}
		}
		scores, next = next, scores
	}
	best, told := slices.Max(append(scores, 1e-12)), 1e-12
	for _, c := range cs {
		told = max(told, c.score)
	}
	for i := range cs {
		cs[i].score = (scores[i]/best + cs[i].score/told) / 2
	}
}

// edge is how much of a sentence's rank goes to another.
type edge struct {
	to    int
	share float64
}

// similar links the sentences that share words, by their cosine.
func similar(cs []candidate) [][]edge {
	with := map[int][]int{}
	for i, c := range cs {
		for _, t := range c.terms {
			with[t] = append(with[t], i)
		}
	}
	out := make([][]edge, len(cs))
	for i := range cs {
		sims := map[int]float64{}
		var order []int
		for _, t := range cs[i].terms {
			for _, j := range with[t] {
				if _, ok := sims[j]; !ok {
					order = append(order, j)
				}
				sims[j] += cs[i].weights[t] * cs[j].weights[t]
			}
		}
		var sum float64
		for _, j := range order {
			sum += sims[j]
		}
		for _, j := range order { // a sentence without words has no links
			out[i] = append(out[i], edge{j, sims[j] / sum})
		}
	}
	return out
}

func cosine(a, b *candidate) float64 {
	var out float64
	for _, t := range a.terms {
		out += a.weights[t] * b.weights[t]
	}
	return out
}

// choose takes n candidates, each time the one that tells most and repeats least.
func (d *document) choose(cs []candidate, n int) []candidate {
	var out []candidate
	speakers, chapters := map[string]int{}, map[int]int{}
	taken := make([]bool, len(cs))
	for len(out) < min(n, len(cs)) {
		best, most := -1, math.Inf(-1)
		for i := range cs {
			if taken[i] {
				continue
			}
			like := 0.0
			for j := range out {
				like = max(like, cosine(&cs[i], &out[j]))
			}
			who := d.lines[d.units[cs[i].unit].lines[0]].SpeakerID
			score := relevance*cs[i].score - (1-relevance)*like -
				sameSpeaker*float64(speakers[who]) - sameChapter*float64(chapters[cs[i].chapter])
			if score > most {
				best, most = i, score
			}
		}
		taken[best] = true
		out = append(out, cs[best])
		speakers[d.lines[d.units[cs[best].unit].lines[0]].SpeakerID]++
		chapters[cs[best].chapter]++
	}
	return out
}
