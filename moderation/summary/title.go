package summary

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// A chapter is called by the phrase that people used in it: words with a topic side by side, or joined by "of" and the like,
// which are frequent in the chapter and rare in the others (C-value: K. Frantzi, S. Ananiadou, H. Mima, IJDL 3, 2000). What
// stands after "to", "we" or "can" is more often a verb than the name of a thing.
const (
	longChapter  = 40  // lines, from which a phrase must be said twice
	titleWords   = 4   // the longest phrase
	joinedWords  = 6   // the longest title
	longerBetter = 1.4 // of a phrase for each word that it has more than one
	verbal       = 0.5 // a phrase that stands after "to" or "we" more often than this is none
)

var (
	phraseJoins  = englishWords.set("phraseJoins")
	beforeVerbs  = englishWords.set("beforeVerbs")
	neverNouns   = englishWords.set("neverNouns")
	beforeThings = englishWords.set("beforeThings")
)

// phrase is a candidate for a title.
type phrase struct {
	text   string // lower case, as most often written
	terms  []int
	words  int
	times  float64
	verbal float64 // of the times it stands where verbs do
	things float64 // of the times it stands where things are named
	shown  map[string]int
	score  float64
}

// titler names the chapters of a document.
type titler struct{ *document }

// titled names the chapters.
func (d titler) titled(spans []span) []models.Chapter {
	out := []models.Chapter{}
	in := d.spread(spans)
	for n, s := range spans {
		chosen := d.phrases(s, in, len(spans))
		d.titles = append(d.titles, chosen)
		c := models.Chapter{Title: d.place(spans, n, title(chosen)), StartMS: d.lines[s.from].StartMS}
		for _, u := range d.lines[s.from:s.to] {
			c.EndMS = max(c.EndMS, u.EndMS)
		}
		c.Cites = d.support(s, chosen)
		out = append(out, c)
	}
	return out
}

// spread counts for each term in how many chapters it occurs.
func (d titler) spread(spans []span) []int {
	in, seen := make([]int, len(d.df)), make([]int, len(d.df))
	for n, s := range spans {
		for i := s.from; i < s.to; i++ {
			for _, t := range d.lineTerms(i) {
				if seen[t] != n+1 {
					seen[t] = n + 1
					in[t]++
				}
			}
		}
	}
	return in
}

// phrases are the best one or two phrases of a chapter; no word is in both.
func (d titler) phrases(s span, in []int, chapters int) []phrase {
	found := map[string]*phrase{}
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			if d.units[n].lines[0] == i {
				d.collect(&d.units[n], found)
			}
		}
	}
	var all []phrase
	for _, key := range slices.Sorted(maps.Keys(found)) {
		p := found[key]
		if p.words > 1 && p.times < 2 && s.to-s.from > longChapter || p.verbal > verbal*p.times && p.verbal > p.things {
			continue
		}
		p.rate(in, chapters)
		all = append(all, *p)
	}
	slices.SortStableFunc(all, func(x, y phrase) int { return cmp.Compare(y.score, x.score) })
	return distinct(all)
}

// rate says how well a phrase names a chapter.
func (p *phrase) rate(in []int, chapters int) {
	told := 0.0
	for _, t := range p.terms {
		told += math.Log(1 + float64(chapters)/float64(max(1, in[t])))
	}
	told /= float64(len(p.terms))
	p.score = math.Pow(longerBetter, float64(p.words-1)) * p.times * told * (0.5 + p.things/p.times)
	if p.words > 1 {
		p.score *= 1.5
	}
}

// distinct takes the best phrase, and a second one that is nearly as good.
func distinct(all []phrase) []phrase {
	var out []phrase
	for _, p := range all {
		if len(out) == 2 || len(out) == 1 && p.score < out[0].score/4 {
			break
		}
		if len(out) == 1 && (out[0].words+p.words+1 > joinedWords || slices.ContainsFunc(p.terms, func(t int) bool {
			return slices.Contains(out[0].terms, t)
		})) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// collect counts the phrases of a sentence.
func (d titler) collect(u *unit, found map[string]*phrase) {
	for from := range u.words {
		if !d.namesThing(u.words[from]) {
			continue
		}
		for to := from + 1; to <= min(len(u.words), from+titleWords); to++ {
			w := u.words[to-1]
			if to > from+1 && (w.apart || !d.namesThing(w) && !d.joins(u, to-1)) {
				break
			}
			if d.namesThing(w) {
				d.count(u, from, to, found)
			}
		}
	}
}

// namesThing reports whether a word may begin or end the name of something.
func (d titler) namesThing(w word) bool {
	return w.term >= 0 && (!d.english() || !neverNouns[w.low])
}

// joins reports whether the word stands between two parts of one phrase.
func (d titler) joins(u *unit, i int) bool {
	return d.english() && phraseJoins[u.words[i].low] && i+1 < len(u.words) && d.namesThing(u.words[i+1])
}

func (d titler) count(u *unit, from, to int, found map[string]*phrase) {
	var terms []int
	var lows, raws []string
	for _, w := range u.words[from:to] {
		if w.term >= 0 {
			if slices.Contains(terms, w.term) {
				return
			}
			terms = append(terms, w.term)
		}
		lows = append(lows, w.low)
		raws = append(raws, shownWord(w))
	}
	key := strings.Join(lows, " ")
	if len(terms) == 1 {
		key = d.surface(terms[0])
	}
	p := found[key]
	if p == nil {
		p = &phrase{terms: terms, words: len(lows), shown: map[string]int{}}
		found[key] = p
	}
	p.times++
	shown := strings.Join(raws, " ")
	if p.shown[shown]++; p.text == "" || p.shown[shown] > p.shown[p.text] {
		p.text = shown
	}
	if from > 0 && !u.words[from].apart {
		before := u.words[from-1].low
		p.verbal += is(beforeVerbs[before] || strings.HasSuffix(before, "n't") || strings.HasSuffix(before, "'ll"))
		p.things += is(beforeThings[before])
	}
}

// shownWord is a word as a title has it: in lower case, but for names.
func shownWord(w word) string {
	if w.upper {
		return strings.TrimSuffix(strings.TrimSuffix(w.raw, "'s"), "’s")
	}
	return strings.TrimSuffix(w.low, "'s")
}

// title joins the phrases: "Recording equipment and location".
func title(ps []phrase) string {
	if len(ps) == 0 {
		return "Conversation"
	}
	return capital(quotable(andList(texts(ps))))
}

func texts(ps []phrase) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.text
	}
	return out
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// andList is "a", "a and b", "a, b and c".
func andList(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// An introduction and an end are short, and people say what is said there.
const (
	edgeShare = 0.2     // of the session's lines, at most
	edgeMS    = 600_000 // and of its time
	edgeCues  = 3       // things that are said there, at least
)

var (
	saidFirst = englishWords.phrases("saidFirst")
	saidLast  = englishWords.phrases("saidLast")
)

// place tells the first chapter as the introduction and the last one as the end, where they are that.
func (d titler) place(spans []span, n int, title string) string {
	if !d.english() || len(spans) < 3 {
		return title
	}
	switch {
	case n == 0 && d.edge(spans[n], saidFirst):
		return "Introduction: " + lowered(title)
	case n == len(spans)-1 && d.edge(spans[n], saidLast):
		return "Closing: " + lowered(title)
	}
	return title
}

// lowered undoes capital, but for names and what is written in capitals.
func lowered(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

func (d titler) edge(s span, set phraseSet) bool {
	if float64(s.to-s.from) > edgeShare*float64(len(d.lines)) || d.lines[s.to-1].EndMS-d.lines[s.from].StartMS > edgeMS {
		return false
	}
	cues := 0
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			said := sentence{ws: plainWords(d.units[n].words)}
			if d.units[n].lines[0] == i && said.says(set) {
				cues++
			}
		}
	}
	return cues >= edgeCues
}

// support are the up to three lines of a chapter that hold most of its title; at least one.
func (d titler) support(s span, ps []phrase) []models.Key {
	wanted := map[int]bool{}
	for _, p := range ps {
		for _, t := range p.terms {
			wanted[t] = true
		}
	}
	type hit struct{ line, n int }
	var hits []hit
	for i := s.from; i < s.to; i++ {
		found := map[int]bool{}
		for _, t := range d.lineTerms(i) {
			if wanted[t] {
				found[t] = true
			}
		}
		if len(found) > 0 {
			hits = append(hits, hit{i, len(found)})
		}
	}
	if len(hits) == 0 {
		hits = []hit{{line: s.from}}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.n, a.n) })
	hits = hits[:min(3, len(hits))]
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.line, b.line) })
	var out []models.Key
	for _, h := range hits {
		out = append(out, d.lines[h.line].Key)
	}
	return out
}
