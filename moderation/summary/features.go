package summary

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// lists are word lists that are features: one per group of cue words or of first words.
type lists struct {
	names []string
	sets  []map[string]bool
}

func namedLists(l wordLists, prefix string) lists {
	var out lists
	for name := range l {
		if strings.HasPrefix(name, prefix) {
			out.names = append(out.names, name)
		}
	}
	slices.Sort(out.names)
	for _, n := range out.names {
		out.sets = append(out.sets, l.set(n))
	}
	return out
}

var cueLists, firstLists = namedLists(englishWords, "cue"), namedLists(englishWords, "first")

// plainFeatures are the features that need no word list but a language's function words.
var plainFeatures = []string{
	"log words", "8 words", "12 words", "20 words", "30 words", "content share", "log terms", "weight", "mean weight", "best weight",
	"log weight", "terms 5 times", "terms 15 times", "share of frequent terms", "centroid", "position", "position squared",
	"first tenth", "last tenth", "speaker's share", "most talkative", "hesitation", "asks", "number", "names", "commas", "log turn words",
	"place in turn", "turn begins", "after a question", "neighbours", "new terms", "distinct words", "long words",
}

// SentenceFeatures returns the names of the features of a sentence.
func SentenceFeatures() []string {
	return slices.Concat(plainFeatures, cueLists.names, firstLists.names, []string{"it early", "you", "we", "I"})
}

// ranking holds what the sentence features need to know about the session.
type ranking struct {
	d        *document
	tf       []float64 // term -> how often it occurs
	salience []float64 // term -> log frequency times idf
	share    map[string]float64
	most     string
	turn     []int // line -> words of the turn it belongs to
	norm     float64
	first    []int // term -> the unit that says it first
	place    []int // unit -> how many of the same speaker are before it
}

func (d *document) ranking() *ranking {
	r := &ranking{
		d: d, tf: make([]float64, len(d.df)), salience: make([]float64, len(d.df)),
		share: map[string]float64{}, turn: make([]int, len(d.lines)), first: make([]int, len(d.df)),
		place: make([]int, len(d.units)),
	}
	speaker := func(n int) string { return d.lines[d.units[n].lines[0]].SpeakerID }
	for t := range r.first {
		r.first[t] = -1
	}
	for n := range d.units {
		if n > 0 && speaker(n) == speaker(n-1) {
			r.place[n] = r.place[n-1] + 1
		}
		for _, t := range d.units[n].terms {
			r.tf[t]++
			if r.first[t] < 0 {
				r.first[t] = n
			}
		}
	}
	for t := range r.salience {
		r.salience[t] = math.Log(1+r.tf[t]) * d.rare(t)
	}
	r.countSpeakers()
	for n := range d.units {
		r.norm = max(r.norm, r.weightOf(n))
	}
	r.norm = max(r.norm, 1e-9)
	return r
}

// rare is how rare a term is in the session.
func (d *document) rare(t int) float64 {
	return math.Log((float64(len(d.units)) + 1) / float64(d.df[t]))
}

func (r *ranking) countSpeakers() {
	total := 0.0
	from := 0
	for i, u := range r.d.lines {
		n := 0
		for _, k := range r.d.of[i] {
			if r.d.units[k].lines[0] == i {
				n += len(r.d.units[k].said)
			}
		}
		r.share[u.SpeakerID] += float64(n)
		total += float64(n)
		if i > 0 && u.SpeakerID != r.d.lines[i-1].SpeakerID {
			from = i
		}
		r.turn[from] += n
		r.turn[i] = from - i // resolved below
		if from == i {
			r.turn[i] = n
		}
	}
	for i, n := range r.turn {
		if n < 0 {
			r.turn[i] = r.turn[i+n]
		}
	}
	best := 0.0
	for i := range r.d.lines {
		who := r.d.lines[i].SpeakerID
		if r.share[who] > best {
			best, r.most = r.share[who], who
		}
	}
	for who := range r.share {
		r.share[who] /= max(1, total)
	}
}

// weightOf sums what the distinct terms of a sentence tell.
func (r *ranking) weightOf(n int) float64 {
	var out float64
	ts := r.d.units[n].terms
	for i, t := range ts {
		if !slices.Contains(ts[:i], t) {
			out += r.salience[t]
		}
	}
	return out
}

// features describes a sentence, in the order of SentenceFeatures.
func (r *ranking) features(n int) []float64 {
	u := &r.d.units[n]
	out := make([]float64, 0, 80)
	out = r.plain(out, n)
	ws := u.words()
	low := plainWords(ws)
	for _, set := range cueLists.sets {
		out = append(out, is(anyOf(low, set)))
	}
	first := ""
	if len(ws) > 0 {
		first = ws[0].low
	}
	for _, set := range firstLists.sets {
		out = append(out, is(set[first]))
	}
	early := false
	for _, w := range ws[:min(3, len(ws))] {
		early = early || firstIt[w.low]
	}
	said := func(w string) float64 { return is(slices.Contains(low, w)) }
	return append(out, is(early), said("you"), said("we"), said("i"))
}

var firstIt = englishWords.set("firstIt")

func anyOf(words []string, set map[string]bool) bool {
	return slices.ContainsFunc(words, func(w string) bool { return set[w] })
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (r *ranking) plain(out []float64, n int) []float64 {
	d, u := r.d, &r.d.units[n]
	words := float64(len(u.said))
	line := u.lines[0]
	who := d.lines[line].SpeakerID
	distinct := slices.Compact(slices.Sorted(slices.Values(u.terms)))
	weight, best, five, fifteen, fresh := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, t := range distinct {
		weight += r.salience[t]
		best = max(best, r.salience[t])
		five += is(r.tf[t] >= 5)
		fifteen += is(r.tf[t] >= 15)
		fresh += is(r.first[t] == n)
	}
	terms := float64(len(distinct))
	out = append(out,
		math.Log(words+1), is(words >= 8), is(words >= 12), is(words >= 20), is(words >= 30), terms/max(1, words), math.Log(terms+1),
		weight/r.norm, weight/max(1, terms)/10, best/10, math.Log(1+weight), min(five, 6), min(fifteen, 6), five/max(1, terms),
		r.like(distinct),
	)
	at := (float64(line) + 0.5) / float64(len(d.lines))
	out = append(out, at, at*at, is(at < 0.1), is(at > 0.9), r.share[who], is(who == r.most))
	heard := float64(len(strings.Fields(u.heard)))
	numbers, names, long := 0.0, 0.0, 0.0
	seen := map[string]bool{}
	for _, w := range u.each() {
		seen[w.low] = true
		numbers = max(numbers, is(strings.ContainsFunc(w.raw, unicode.IsNumber)))
		names += is(w.upper && len(w.raw) > 1 && w.term >= 0)
		long += is(len(w.raw) >= 7)
	}
	place, asked := r.place[n], false
	if place < n {
		asked = d.units[n-place-1].asks
	}
	near := 0.0
	for _, k := range []int{n - 1, n + 1} {
		if k >= 0 && k < len(d.units) {
			near += r.weightOf(k) / r.norm / 2
		}
	}
	return append(out,
		max(0, heard-words)/max(1, heard), is(u.asks), numbers, min(names, 4), float64(min(5, strings.Count(u.text, ","))),
		math.Log(1+float64(r.turn[line])), math.Log(1+float64(place)), is(place == 0), is(asked && place < 4), near, fresh/max(1, terms),
		float64(len(seen))/max(1, words), long/max(1, words),
	)
}

// like is how much a sentence's terms are those of the session.
func (r *ranking) like(terms []int) float64 {
	var out float64
	for _, t := range terms {
		out += r.salience[t] * r.d.rare(t)
	}
	return out / math.Sqrt(float64(len(terms))+1) / 50
}
