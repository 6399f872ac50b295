package summary

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// blocksOf are the lengths of the windows on both sides of a gap, in content words.
var blocksOf = []int{25, 60, 150, 400}

// gapLists are phrases that people use when they move on to another topic: each list is a feature.
var gapLists = namedPhrases(englishWords, "gap")

type phraseLists struct {
	names []string
	sets  []phraseSet
}

func namedPhrases(l wordLists, prefix string) phraseLists {
	var out phraseLists
	for _, n := range namedLists(l, prefix).names {
		out.names = append(out.names, n)
		out.sets = append(out.sets, l.phrases(n))
	}
	return out
}

// GapFeatures returns the names of the features of the gap before a line. Those after the first plainGaps are for English only.
func GapFeatures() []string {
	var out []string
	for _, b := range blocksOf {
		out = append(out, fmt.Sprintf("cosine %d", b), fmt.Sprintf("depth %d", b), fmt.Sprintf("rank %d", b))
	}
	out = append(out, plainGapNames...)
	for _, n := range gapLists.names {
		out = append(out, n, "before: "+n)
	}
	return append(out, gapMore...)
}

var plainGapNames = []string{
	"log words", "log words before", "log words of the next five", "log words of the last five", "same speaker", "most talkative",
	"most talkative before", "new speaker", "long silent", "position", "position squared", "first twentieth", "last twentieth", "new terms",
	"old terms end", "asks before", "opens long",
}

var gapMore = []string{"cues", "cue by the most talkative", "cue and low cosine"}

const plainGaps = 12 + 17

// cueChars is how many characters of a line are searched for the phrases.
const cueChars = 160

// gaps yields the features of the gap before each line but the first, in the order of GapFeatures. The slice is reused.
func (d *document) gaps() iter.Seq2[int, []float64] {
	return func(yield func(int, []float64) bool) {
		g := d.gapCounts()
		var blocks [][3][]float64
		for _, b := range blocksOf {
			sims := smooth(d.similarities(b))
			blocks = append(blocks, [3][]float64{sims, depthScores(sims), rankOf(sims)})
		}
		var out []float64
		for i := 1; i < len(d.lines); i++ {
			out = out[:0]
			for _, b := range blocks {
				out = append(out, b[0][i], b[1][i], b[2][i])
			}
			out = g.plain(out, i)
			out = g.cues(out, i, 1-blocks[2][2][i])
			if !yield(i, out) {
				return
			}
		}
	}
}

// rankOf says of each value what share of all is smaller.
func rankOf(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(xs[a], xs[b]) })
	out := make([]float64, len(xs))
	for r, i := range order {
		out[i] = float64(r) / float64(len(xs))
	}
	return out
}

// gapCounts is what the features of gaps count of a session.
type gapCounts struct {
	d      *document
	words  []float64 // line -> words
	said   [][]bool  // line -> which lists its beginning has
	most   string    // who talks most
	before []int     // line -> lines since the speaker's last; -1: none
	fresh  []float64 // line -> terms first said in the lines from it on
	gone   []float64 // line -> terms last said in the lines before it
}

const freshLines = 12

func (d *document) gapCounts() *gapCounts {
	n := len(d.lines)
	g := &gapCounts{d: d, words: make([]float64, n), said: make([][]bool, n), before: make([]int, n)}
	talk, last := map[string]float64{}, map[string]int{}
	for i, u := range d.lines {
		for _, k := range d.of[i] {
			if d.units[k].lines[0] == i {
				g.words[i] += float64(len(d.units[k].said))
			}
		}
		talk[u.SpeakerID] += g.words[i]
		if talk[u.SpeakerID] > talk[g.most] || g.most == "" {
			g.most = u.SpeakerID
		}
		g.before[i] = -1
		if j, ok := last[u.SpeakerID]; ok {
			g.before[i] = i - j
		}
		last[u.SpeakerID] = i
		g.said[i] = saysOf(u.Text)
	}
	g.countTerms()
	return g
}

func saysOf(text string) []bool {
	runes := 0
	for at := range text {
		if runes == cueChars {
			text = text[:at]
			break
		}
		runes++
	}
	s := sentence{ws: plainWords(words(text))}
	out := make([]bool, len(gapLists.sets))
	for k, set := range gapLists.sets {
		out[k] = s.says(set)
	}
	return out
}

// countTerms counts the terms that begin and end around each line, of those said at least twice.
func (g *gapCounts) countTerms() {
	d := g.d
	first, last, times := make([]int, len(d.df)), make([]int, len(d.df)), make([]int, len(d.df))
	for i := range d.lines {
		for _, t := range d.lineTerms(i) {
			if times[t] == 0 {
				first[t] = i
			}
			times[t]++
			last[t] = i
		}
	}
	n := len(d.lines)
	starts, ends := make([]float64, n+1), make([]float64, n+1)
	for t := range times {
		if times[t] >= 2 {
			starts[first[t]+1]++
			ends[last[t]+1]++
		}
	}
	for i := 1; i <= n; i++ {
		starts[i] += starts[i-1]
		ends[i] += ends[i-1]
	}
	g.fresh, g.gone = make([]float64, n), make([]float64, n)
	mean := (starts[n] + 1) / float64(max(1, n)) * freshLines
	for i := range n {
		g.fresh[i] = (starts[min(n, i+freshLines)] - starts[i]) / mean
		g.gone[i] = (ends[i] - ends[max(0, i-freshLines)]) / mean
	}
}

func (g *gapCounts) plain(out []float64, i int) []float64 {
	d := g.d
	a, b := d.lines[i-1], d.lines[i]
	at := float64(i) / float64(len(d.lines))
	sum := func(from, to int) float64 {
		s := 0.0
		for j := max(0, from); j < min(to, len(g.words)); j++ {
			s += g.words[j]
		}
		return math.Log(1 + s)
	}
	return append(out,
		math.Log(1+g.words[i]), math.Log(1+g.words[i-1]), sum(i, i+5), sum(i-5, i), is(a.SpeakerID == b.SpeakerID),
		is(b.SpeakerID == g.most), is(a.SpeakerID == g.most), is(g.before[i] < 0), is(g.before[i] > 20), at, at*at, is(at < 0.05), is(at > 0.95),
		min(3, g.fresh[i]), min(3, g.gone[i]), is(strings.HasSuffix(a.Text, "?")), is(g.words[i] > 40),
	)
}

func (g *gapCounts) cues(out []float64, i int, low float64) []float64 {
	n := 0.0
	for k := range gapLists.sets {
		before := g.said[i-1][k] || i > 1 && g.said[i-2][k]
		out = append(out, is(g.said[i][k]), is(before))
		n += is(g.said[i][k])
	}
	n = min(n, 5)
	return append(out, n, n*is(g.d.lines[i].SpeakerID == g.most), n*low)
}
