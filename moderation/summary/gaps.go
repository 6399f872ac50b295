package summary

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// blocksOf are the lengths of the windows on both sides of a gap, in content words.
var blocksOf = []int{25, 60, 150, 400, 800}

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
		out = append(out, n, "before: "+n, "after: "+n)
	}
	return append(out, gapMore...)
}

var plainGapNames = []string{
	"log words", "log words before", "log words of the next five", "log words of the last five", "same speaker", "most talkative",
	"most talkative before", "new speaker", "long silent", "position", "position squared", "first twentieth", "last twentieth", "new terms",
	"old terms end", "asks before", "opens long",
	"speakers 8", "speakers 20", "speakers 50", "speakers 120", "share", "share before",
	"burst after 10", "burst before 10", "longer after 10", "longer before 10",
	"burst after 40", "burst before 40", "longer after 40", "longer before 40",
	"longest of the next three", "longest of the last three", "longest of the next ten", "longest of the last ten",
	"log words since the beginning", "log words until the end", "position by words",
	"names who talks next", "named before", "asks", "asks and is answered at length",
	"chains 6 %", "chains begin 6 %, 10", "chains end 6 %, 10", "chains begin 6 %, 30", "chains end 6 %, 30",
	"chains 15 %", "chains begin 15 %, 10", "chains end 15 %, 10", "chains begin 15 %, 30", "chains end 15 %, 30",
}

var gapMore = []string{
	"cues", "cue by the most talkative", "cue and low cosine", "cues of the next five", "cues of the last five",
	"cue and length", "cue and share",
}

const plainGaps = 3*5 + 52

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
			out = g.talk(out, i)
			for _, c := range g.chains {
				out = c.around(out, i)
			}
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
	floor  floor
	chains []chains
	named  []bool    // line -> it names who talks in one of the next two
	cued   []float64 // line -> cues of the lines before it
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
		g.named = append(g.named, d.namesNext(i))
	}
	g.floor = floorOf(d, g.words)
	for _, pause := range chainPauses {
		g.chains = append(g.chains, chainsOf(d, g.floor.total, pause))
	}
	g.cued = make([]float64, n+1)
	for i := range n {
		g.cued[i+1] = g.cued[i] + g.cuesIn(i)
	}
	g.countTerms()
	return g
}

// namedWords is how many words of a line are searched for names.
const namedWords = 60

// namesNext reports whether a line names somebody else who talks in one of the next two.
func (d *document) namesNext(i int) bool {
	var heard []word
	for _, u := range d.lines[i+1 : min(len(d.lines), i+3)] {
		if u.SpeakerID == d.lines[i].SpeakerID {
			continue
		}
		if heard == nil {
			heard = words(d.lines[i].Text)
			heard = heard[:min(namedWords, len(heard))]
		}
		name, _, _ := strings.Cut(u.SpeakerName, "(")
		for _, w := range words(name) {
			said := func(h word) bool { return h.low == w.low }
			if utf8.RuneCountInString(w.low) > 2 && !stopWords[w.low] && slices.ContainsFunc(heard, said) {
				return true
			}
		}
	}
	return false
}

// mostCues is how many lists of a line count.
const mostCues = 5

func (g *gapCounts) cuesIn(i int) float64 {
	n := 0.0
	for _, said := range g.said[i] {
		n += is(said)
	}
	return min(n, mostCues)
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

// talk is who talks how long around line i.
func (g *gapCounts) talk(out []float64, i int) []float64 {
	f, n := &g.floor, len(g.words)
	f.moveTo(i)
	for k := range changeOf {
		out = append(out, change(f.around[k]))
	}
	who := f.who[i]
	here := share(f.all, who)
	out = append(out, here, share(f.all, f.who[i-1]))
	usual := math.Log((f.total[n] + 1) / float64(n))
	longer := func(from, to int) float64 {
		from, to = max(0, from), min(n, to)
		return math.Log((f.total[to]-f.total[from]+1)/float64(to-from)) - usual
	}
	for k, w := range burstOf {
		near := &f.around[len(changeOf)+k]
		out = append(out, share(near[1], who)-here, share(near[0], who)-here, longer(i, i+w), longer(i-w, i))
	}
	longest := func(from, to int) float64 { return math.Log(1 + slices.Max(g.words[max(0, from):min(n, to)])) }
	asks := strings.Contains(g.d.lines[i].Text, "?")
	answer := 0.0
	if asks && i+1 < n {
		answer = longest(i+1, i+4)
	}
	return append(out,
		longest(i, i+3), longest(i-3, i), longest(i, i+10), longest(i-10, i),
		math.Log(1+f.total[i]), math.Log(1+f.total[n]-f.total[i]), f.total[i]/(1+f.total[n]),
		is(g.named[i]), is(g.named[i-1]), is(asks), answer,
	)
}

func (g *gapCounts) cues(out []float64, i int, low float64) []float64 {
	has := func(line, list int) bool { return line >= 0 && line < len(g.said) && g.said[line][list] }
	for k := range gapLists.sets {
		out = append(out, is(has(i, k)), is(has(i-1, k) || has(i-2, k)), is(has(i+1, k) || has(i+2, k)))
	}
	n, f := g.cuesIn(i), &g.floor
	next, last := min(len(g.words), i+5), max(0, i-5)
	return append(out, n, n*is(g.d.lines[i].SpeakerID == g.most), n*low, g.cued[next]-g.cued[i], g.cued[i]-g.cued[last],
		n*math.Log(1+g.words[i]), n*share(f.all, f.who[i]))
}

// floor is who talks how much around a gap, which moves on. Those who come after the first mostTold people count as one.
type floor struct {
	who    []int // line -> person
	words  []float64
	total  []float64      // words in the lines before each
	all    []float64      // words by person
	at     int            // the gap
	around [][2][]float64 // by window: words by person before and after the gap
}

const (
	mostTold   = 64
	unseenTalk = 0.01 // words that everybody is taken to have said everywhere
)

// The lengths of windows, in lines: those in which shares of the talk are compared, and those of one person's.
var (
	changeOf = []int{8, 20, 50, 120}
	burstOf  = []int{10, 40}
	aroundOf = slices.Concat(changeOf, burstOf)
)

func floorOf(d *document, words []float64) floor {
	f := floor{who: make([]int, len(words)), words: words, total: make([]float64, len(words)+1)}
	ids := map[string]int{}
	for i, u := range d.lines {
		if _, ok := ids[u.SpeakerID]; !ok {
			ids[u.SpeakerID] = min(len(ids), mostTold-1)
		}
		f.who[i] = ids[u.SpeakerID]
		f.total[i+1] = f.total[i] + words[i]
	}
	people := min(len(ids), mostTold)
	f.all = make([]float64, people)
	for i, who := range f.who {
		f.all[who] += words[i]
	}
	for _, lines := range aroundOf {
		w := [2][]float64{make([]float64, people), make([]float64, people)}
		for i := range min(lines, len(words)) {
			w[1][f.who[i]] += words[i]
		}
		f.around = append(f.around, w)
	}
	return f
}

// moveTo moves on to the gap before line i.
func (f *floor) moveTo(i int) {
	for ; f.at < i; f.at++ {
		for k, lines := range aroundOf {
			for _, move := range []struct {
				side, line int
				sign       float64
			}{{0, f.at, 1}, {1, f.at, -1}, {0, f.at - lines, -1}, {1, f.at + lines, 1}} {
				if move.line >= 0 && move.line < len(f.who) {
					f.around[k][move.side][f.who[move.line]] += move.sign * f.words[move.line]
				}
			}
		}
	}
}

// share is a person's share of words by person.
func share(words []float64, who int) float64 {
	return (words[who] + unseenTalk) / (sumOf(words) + unseenTalk*float64(len(words)))
}

// change is how much the shares before and after differ: their Jensen-Shannon divergence.
func change(words [2][]float64) float64 {
	before, after := sumOf(words[0]), sumOf(words[1])
	unseen := unseenTalk * float64(len(words[0]))
	sum := 0.0
	for who := range words[0] {
		p, q := (words[0][who]+unseenTalk)/(before+unseen), (words[1][who]+unseenTalk)/(after+unseen)
		m := (p + q) / 2
		sum += p*math.Log(p/m)/2 + q*math.Log(q/m)/2
	}
	return sum
}

func sumOf(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum
}
