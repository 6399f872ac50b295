package summary

import (
	"cmp"
	"math"
	"slices"
)

// Chapters are found with TextTiling (M. A. Hearst, Computational Linguistics 23(1), 1997): where the words before a
// place and the words after it have little in common, the topic changes there. Pauses, a change of speaker and the
// phrases people use to change the topic count for a place too.
const (
	blockTerms   = 70     // words with a topic on each side of a place
	minLines     = 6      // a chapter's least lines
	minChapterMS = 20_000 // and its least length
	maxChapters  = 40
	pauseFromMS  = 1500 // shorter pauses say nothing
	pauseFullMS  = 6000 // and longer ones no more
	pauseWeight  = 0.12
	turnWeight   = 0.04
	cueWeight    = 0.25
	depthCutoff  = 1.5 // standard deviations above the mean depth
	depthLeast   = 0.35
)

// span is a run of lines: from <= line < to.
type span struct{ from, to int }

// chapters cuts the session; together the spans hold every line. No line, no chapter.
func (d *document) chapters() []span {
	if len(d.lines) == 0 {
		return nil
	}
	cuts := d.boundaries()
	var out []span
	from := 0
	for _, c := range append(cuts, len(d.lines)) {
		out = append(out, span{from, c})
		from = c
	}
	return out
}

// boundaries are the lines that begin a chapter, but the first, in order.
func (d *document) boundaries() []int {
	sims := d.similarities()
	depths := depthScores(smooth(sims))
	scores := make([]float64, len(depths))
	var mean, dev float64
	for i, x := range depths {
		mean += x / float64(len(depths))
		scores[i] = x + d.bonus(i)
	}
	for _, x := range depths {
		dev += (x - mean) * (x - mean) / float64(len(depths))
	}
	least := max(depthLeast, mean+depthCutoff*math.Sqrt(dev))
	order := make([]int, 0, len(scores))
	for i := 1; i < len(scores); i++ {
		if scores[i] >= least && depths[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var cuts []int
	for _, i := range order {
		if len(cuts) < maxChapters-1 && d.roomFor(i, cuts) {
			cuts = append(cuts, i)
		}
	}
	slices.Sort(cuts)
	return cuts
}

// roomFor reports whether a cut before line i leaves chapters that are long enough.
func (d *document) roomFor(i int, cuts []int) bool {
	from, to := 0, len(d.lines)
	for _, c := range cuts {
		if c <= i {
			from = max(from, c)
		} else {
			to = min(to, c)
		}
	}
	long := func(a, b int) bool {
		return b-a >= minLines && d.lines[b-1].EndMS-d.lines[a].StartMS >= minChapterMS
	}
	return i > from && i < to && long(from, i) && long(i, to)
}

// bonus is what speaks for a new topic at line i besides the words.
func (d *document) bonus(i int) float64 {
	if i == 0 {
		return 0
	}
	a, b := d.lines[i-1], d.lines[i]
	pause := float64(b.StartMS-a.EndMS-pauseFromMS) / (pauseFullMS - pauseFromMS)
	out := pauseWeight * min(1, max(0, pause))
	if a.SpeakerID != b.SpeakerID {
		out += turnWeight
	}
	if len(d.of[i]) > 0 && d.lang.announces(d.units[d.of[i][0]].words) {
		out += cueWeight
	}
	return out
}

// lineTerms are the terms of the sentences that begin in line i.
func (d *document) lineTerms(i int) []int {
	var out []int
	for _, n := range d.of[i] {
		if d.units[n].lines[0] == i {
			out = append(out, d.units[n].terms...)
		}
	}
	return out
}

// similarities says for each line how much the words before it are like those from it on: the cosine of two blocks.
// The blocks slide, and the sums are kept up to date, so that the cost is that of the words alone.
func (d *document) similarities() []float64 {
	terms := make([][]int, len(d.lines))
	for i := range terms {
		terms[i] = d.lineTerms(i)
	}
	b := newBlocks(d)
	out := make([]float64, len(d.lines))
	left, right := 0, 0 // the blocks are the lines left..i and i..right
	for i := range d.lines {
		for right < len(terms) && (right <= i || b.size[1] < blockTerms) {
			b.add(1, terms[right], 1)
			right++
		}
		for left < i && b.size[0]-len(terms[left]) >= blockTerms {
			b.add(0, terms[left], -1)
			left++
		}
		out[i] = b.cosine()
		b.add(1, terms[i], -1)
		b.add(0, terms[i], 1)
	}
	return out
}

// blocks are two bags of words with their products.
type blocks struct {
	idf   []float64
	count [2][]float64
	size  [2]int
	norm  [2]float64 // squared
	dot   float64
}

func newBlocks(d *document) *blocks {
	b := &blocks{idf: make([]float64, len(d.df))}
	for t := range b.idf {
		b.idf[t] = d.idf(t)
	}
	b.count = [2][]float64{make([]float64, len(d.df)), make([]float64, len(d.df))}
	return b
}

// add puts terms into a block, or takes them out again with n = -1.
func (b *blocks) add(side int, terms []int, n float64) {
	for _, t := range terms {
		w := b.idf[t] * b.idf[t]
		c := b.count[side][t]
		b.count[side][t] = c + n
		b.norm[side] += w * ((c+n)*(c+n) - c*c)
		b.dot += w * n * b.count[1-side][t]
	}
	b.size[side] += int(n) * len(terms)
}

func (b *blocks) cosine() float64 {
	if b.size[0] == 0 || b.size[1] == 0 || b.norm[0] < 1e-9 || b.norm[1] < 1e-9 {
		return 0
	}
	return b.dot / math.Sqrt(b.norm[0]*b.norm[1])
}

// smooth is the mean over three places.
func smooth(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i := range xs {
		lo, hi := max(0, i-1), min(len(xs), i+2)
		for _, x := range xs[lo:hi] {
			out[i] += x / float64(hi-lo)
		}
	}
	return out
}

// depthScores says how deep a valley each place lies in: how far it is up to the tops on both sides. The beginning and
// the end of a session, where a block has no words yet, are no valleys.
func depthScores(xs []float64) []float64 {
	out := make([]float64, len(xs))
	top := 0.0
	for i, x := range xs { // as long as it goes down, the top stays
		if i == 0 || xs[i-1] < x {
			top = x
		}
		out[i] = top - x
	}
	for i := len(xs) - 1; i >= 0; i-- {
		if i == len(xs)-1 || xs[i+1] < xs[i] {
			top = xs[i]
		}
		out[i] += top - xs[i]
	}
	return out
}
