package summary

import (
	"cmp"
	"math"
	"slices"
)

// Chapters begin where the words before and after have little in common (TextTiling: M. A. Hearst, Computational Linguistics
// 23(1), 1997), and where people use phrases for moving on to another topic. Trained weights determine how much each counts.
const (
	minLines     = 6       // a chapter's least lines
	minChapterMS = 120_000 // its least length
	minShare     = 0.04    // and its least share of the lines
	maxChapters  = 12
	chapterMS    = 20 * 60_000 // there is about one in so long

	plainGap    = -1.0 // a place with a higher score begins one even so
	shortGap    = -2.3 // and in a session of less than shortMS, which would have none by its length, one with this
	shortMS     = 30 * 60_000
	plainMS     = 30_000 // down to this
	pauseFromMS = 1500   // shorter pauses say nothing
	pauseFullMS = 6000   // and longer ones no more
	pauseWeight = 0.5    // the meetings that the weights come from have no times
)

// span is a run of lines: from <= line < to.
type span struct{ from, to int }

// chapters cuts the session; together the spans hold every line. No line, no chapter.
func (d *document) chapters(w Weights) []span {
	if len(d.lines) == 0 {
		return nil
	}
	gaps := w.Gaps
	if !d.english() {
		gaps = w.AnyGaps
	}
	cuts := d.boundaries(gaps)
	var out []span
	from := 0
	for _, c := range append(cuts, len(d.lines)) {
		out = append(out, span{from, c})
		from = c
	}
	return out
}

// boundaries are the lines that begin a chapter, but the first, in order.
func (d *document) boundaries(l Linear) []int {
	scores := make([]float64, len(d.lines))
	order := make([]int, 0, len(d.lines))
	for i, features := range d.gaps() {
		scores[i] = l.score(features) + d.pause(i)
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	told := plainGap
	if d.length() < shortMS {
		told = shortGap
	}
	usual := int((d.length() + chapterMS/2) / chapterMS)
	var cuts []int
	for _, i := range order {
		least, plain := int64(minChapterMS), scores[i] >= told
		if plain {
			least = plainMS
		}
		if len(cuts) < maxChapters-1 && (plain || len(cuts) < usual) && d.roomFor(i, cuts, least) {
			cuts = append(cuts, i)
		}
	}
	slices.Sort(cuts)
	return cuts
}

// length is from the first to the last line, in ms.
func (d *document) length() int64 {
	if len(d.lines) == 0 {
		return 0
	}
	return d.lines[len(d.lines)-1].EndMS - d.lines[0].StartMS
}

// roomFor reports whether a cut before line i leaves chapters of at least so many ms, and of lines enough.
func (d *document) roomFor(i int, cuts []int, least int64) bool {
	from, to := 0, len(d.lines)
	for _, c := range cuts {
		if c <= i {
			from = max(from, c)
		} else {
			to = min(to, c)
		}
	}
	long := func(a, b int) bool {
		return b-a >= max(minLines, int(minShare*float64(len(d.lines)))) && d.lines[b-1].EndMS-d.lines[a].StartMS >= least
	}
	return i > from && i < to && long(from, i) && long(i, to)
}

// pause is what the silence before line i counts for.
func (d *document) pause(i int) float64 {
	silence := float64(d.lines[i].StartMS-d.lines[i-1].EndMS-pauseFromMS) / (pauseFullMS - pauseFromMS)
	return pauseWeight * min(1, max(0, silence))
}

// similarities says for each line how much the words before it are like those from it on: the cosine of two blocks of so
// many words with a topic. The blocks slide, and the sums are kept up to date, so that the cost is that of the words alone.
func (d *document) similarities(block int) []float64 {
	terms := make([][]int, len(d.lines))
	for i := range terms {
		terms[i] = d.lineTerms(i)
	}
	b := newBlocks(d)
	out := make([]float64, len(d.lines))
	left, right := 0, 0 // the blocks are the lines left..i and i..right
	for i := range d.lines {
		for right < len(terms) && (right <= i || b.size[1] < block) {
			b.add(1, terms[right], 1)
			right++
		}
		for left < i && b.size[0]-len(terms[left]) >= block {
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
