package summary

import (
	"cmp"
	"math"
	"slices"
)

// Chapters begin where the words before and after have little in common (TextTiling: M. A. Hearst, Computational Linguistics
// 23(1), 1997), where others talk, and where people use phrases for moving on to another topic. Trained weights determine how much each
// counts.
const (
	minLines     = 6      // a chapter's least lines
	minChapterMS = 30_000 // and its least length
	maxChapters  = 12

	usualCuts   = 6.0         // about so many times people begin another chapter
	chapterMS   = 20 * 60_000 // or once in so long, if that is more often
	leastPerMS  = 40 * 60_000 // at least one more begins in so long
	tried       = 200         // how many gaps, those with the highest scores, may begin a chapter
	sharpness   = 2.0         // factor of scores, before they become shares of the expected number of chapters
	apart       = 0.25        // how much worse than a missing chapter it is to have two where there is one
	pauseFromMS = 1500        // shorter pauses say nothing
	pauseFullMS = 6000        // and longer ones no more
	pauseWeight = 0.5         // the meetings that the weights come from have no times
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

// boundaries are the lines that begin a chapter, but the first, in order: those with which the fewest windows of half a chapter's
// length can be expected to hold a beginning where people see none, or the other way round (Pk: D. Beeferman, A. Berger, J. Lafferty,
// Machine Learning 34, 1999).
func (d *document) boundaries(l Linear) []int {
	n := len(d.lines)
	scores := make([]float64, n)
	order := make([]int, 0, n)
	for i, features := range d.gaps() {
		scores[i] = sharpness * (l.score(features) + d.pause(i))
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	order = order[:min(tried, len(order))]
	slices.Sort(order)
	if len(order) == 0 {
		return nil
	}
	long := d.length()
	number := min(maxChapters-1, max(usualCuts, float64(long)/chapterMS))
	return newWindows(d.lines, scores, number).bestCuts(order, int(long/leastPerMS))
}

// windows says what is gained where a chapter of lines begins: sums over the windows of so many lines.
type windows struct {
	lines  []*line
	length int
	gain   []float64 // of the windows before each line, if one begins in them
	loss   []float64 // and if two do
}

// newWindows takes scores for logarithms of likelihoods, which add up to a number.
func newWindows(lines []*line, scores []float64, number float64) windows {
	n := len(scores)
	w := windows{lines, max(2, int(float64(n)/(number+1)/2+0.5)), make([]float64, n+1), make([]float64, n+1)}
	most := slices.Max(scores[1:])
	sum := 0.0
	for _, s := range scores[1:] {
		sum += math.Exp(s - most)
	}
	none := make([]float64, n+1) // the logarithm of how likely no chapter begins in the lines before
	for i, s := range scores {
		none[i+1] = none[i]
		if i > 0 {
			none[i+1] += math.Log1p(-min(0.999, number*math.Exp(s-most)/sum))
		}
	}
	for i := range n {
		w.gain[i+1], w.loss[i+1] = w.gain[i], w.loss[i]
		if i+w.length < n {
			begins := 1 - math.Exp(none[i+w.length+1]-none[i+1])
			w.gain[i+1] += 2*begins - 1
			w.loss[i+1] += apart * begins
		}
	}
	return w
}

// of is what is gained if a chapter begins before line i and the one before it before line last; 0 is the first line.
func (w windows) of(last, i int) float64 {
	from := max(0, i-w.length)
	if last <= from {
		return w.gain[i] - w.gain[from]
	}
	return w.gain[i] - w.gain[last] - (w.loss[last] - w.loss[from])
}

// division is the best way to divide the lines up to a place.
type division struct {
	gain   float64
	before int // the place at which the chapter before begins; -1: the first line
}

// bestCuts chooses among places, which are in order, by dynamic programming: rows[k][j] is the best division with k cuts before the
// jth place and one at it. There are at least so many cuts, if there is room.
func (w windows) bestCuts(places []int, least int) []int {
	var rows [][]division
	most, last := 0.0, -1
	cuts := []int{}
	for k := range maxChapters - 1 {
		rows = append(rows, make([]division, len(places)))
		better := k < least
		for j, at := range places {
			best := division{math.Inf(-1), -1}
			switch {
			case !w.longEnough(at, len(w.lines)):
			case k > 0:
				best = w.bestAfter(rows[k-1][:j], places)
			case w.longEnough(0, at):
				best.gain = w.of(0, at)
			}
			rows[k][j] = best
			if best.gain > most || better && !math.IsInf(best.gain, -1) {
				most, last, better = best.gain, j, false
				cuts = make([]int, k+1)
			}
		}
	}
	for k := len(cuts) - 1; k >= 0; k-- {
		cuts[k] = places[last]
		last = rows[k][last].before
	}
	return cuts
}

// bestAfter is the best division that goes on from one of those that end at earlier places.
func (w windows) bestAfter(ends []division, places []int) division {
	best := division{math.Inf(-1), -1}
	at := places[len(ends)]
	for h, end := range ends {
		if g := end.gain + w.of(places[h], at); g > best.gain && w.longEnough(places[h], at) {
			best = division{g, h}
		}
	}
	return best
}

// length is from the first to the last line, in ms.
func (d *document) length() int64 {
	if len(d.lines) == 0 {
		return 0
	}
	return d.lines[len(d.lines)-1].EndMS - d.lines[0].StartMS
}

// longEnough reports whether the lines from a to before b can be a chapter.
func (w windows) longEnough(a, b int) bool {
	return b-a >= minLines && w.lines[b-1].EndMS-w.lines[a].StartMS >= minChapterMS
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

// chains are runs of one term without a longer pause (M. A. Hearst 1997; J. Morris, G. Hirst, Computational Linguistics 17(1), 1991),
// weighed by how much the term tells and how often it is said.
type chains struct {
	begin, end []float64 // of the chains that begin before a line, or end before it
	mean       float64   // of how many there are at a time
}

var chainPauses = []float64{0.06, 0.15} // shares of the session's words

func chainsOf(d *document, total []float64, pause float64) chains {
	n := len(d.lines)
	c := chains{begin: make([]float64, n+1), end: make([]float64, n+1)}
	type run struct{ from, to, times int }
	runs := make([]run, len(d.df))
	finish := func(term int) {
		if r := runs[term]; r.times >= 2 {
			w := d.idf(term) * math.Log(1+float64(r.times))
			c.begin[r.from+1] += w
			c.end[r.to+1] += w
		}
		runs[term] = run{}
	}
	for i := range n {
		for _, t := range d.lineTerms(i) {
			if r := runs[t]; r.times > 0 && total[i]-total[r.to] > pause*total[n] {
				finish(t)
			}
			if runs[t].times == 0 {
				runs[t].from = i
			}
			runs[t].to = i
			runs[t].times++
		}
	}
	for t := range runs {
		finish(t)
	}
	for i := range n {
		c.begin[i+1] += c.begin[i]
		c.end[i+1] += c.end[i]
		c.mean += (c.begin[i] - c.end[i]) / float64(n)
	}
	return c
}

// mostChains is how many times as many as usual count where chains begin or end.
const mostChains = 4

// around is how many chains go on from the line before to line i, and how many begin and end nearby, as shares of the usual.
func (c *chains) around(out []float64, i int) []float64 {
	n := len(c.begin) - 1
	out = append(out, (c.begin[i]-c.end[i])/(c.mean+1e-9))
	usual := c.begin[n]/float64(n) + 1e-9
	for _, w := range []int{10, 30} {
		out = append(out, min(mostChains, (c.begin[min(n, i+w)]-c.begin[i])/(usual*float64(w))),
			min(mostChains, (c.end[i]-c.end[max(0, i-w)])/(usual*float64(w))))
	}
	return out
}
