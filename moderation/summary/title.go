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
	longChapter  = 400  // words, from which a phrase must be said twice
	titleWords   = 4    // the longest phrase
	joinedWords  = 6    // the longest title
	longerBetter = 1.4  // factor of a phrase for each word beyond the first
	phraseBetter = 3.0  // factor of a phrase of more than one word
	named        = 0.3  // factor of a phrase that shares a word with the title of an earlier chapter
	mostLift     = 20   // how many times as frequent in its chapter as elsewhere counts, at most
	shortIng     = 5    // letters of "thing" and "spring"
	leastTimes   = 3    // how often a single word is said that stands beside a phrase
	verbal       = 0.5  // share of uses after "to", "we" and the like above which a phrase is taken for a verb
	verbalWord   = 0.35 // the same for a single word
	partial      = 0.5  // share of uses as part of a longer name above which a phrase is not one
	thingWord    = 0.35 // share of uses after "the", "of" and the like below which a single word is not taken for a noun
)

var (
	phraseJoins  = englishWords.set("phraseJoins")
	beforeVerbs  = englishWords.set("beforeVerbs")
	neverLast    = englishWords.set("neverLast")
	neverNouns   = englishWords.set("neverNouns")
	beforeThings = englishWords.set("beforeThings")
	endsInIng    = englishWords.set("endsInIng")
	endsInLy     = englishWords.set("endsInLy")
)

// phrase is a candidate for a title.
type phrase struct {
	text   string // lower case, as most often written
	terms  []int
	words  int
	times  float64
	verbal float64 // of the times it stands where verbs do
	things float64 // of the times it stands where things are named
	goesOn float64 // of the times another word of a name follows: it is a part of one
	shown  map[string]int
	score  float64
}

// titler names the chapters of a document.
type titler struct{ *document }

// chaptersOf names the chapters.
func (d titler) chaptersOf(spans []span) []models.Chapter {
	out := []models.Chapter{}
	found := make([]map[string]*phrase, len(spans))
	said := map[string]float64{}
	words := make([]float64, len(spans))
	all := 0.0
	for n, s := range spans {
		found[n] = d.collected(s)
		for key, p := range found[n] {
			said[key] += p.times
		}
		words[n] = float64(d.wordsIn(s))
		all += words[n]
	}
	for n, s := range spans {
		chosen := d.phrases(found[n], words[n], func(key string, p *phrase) float64 {
			return lift(p.times, said[key]-p.times, words[n], all-words[n])
		})
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

// lift is how many times as frequent something is in one part as in the other, which may be empty.
func lift(here, there, words, others float64) float64 {
	if others == 0 {
		return 1
	}
	return min(mostLift, here/max(1, words)*others/(there+0.5))
}

// collected are the phrases of a chapter.
func (d titler) collected(s span) map[string]*phrase {
	found := map[string]*phrase{}
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			if d.units[n].lines[0] == i {
				d.collect(&d.units[n], found)
			}
		}
	}
	return found
}

// phrases are the best one or two phrases of a chapter with so many words; no word is in both.
func (d titler) phrases(found map[string]*phrase, words float64, lifts func(string, *phrase) float64) []phrase {
	var all []phrase
	for _, key := range slices.Sorted(maps.Keys(found)) {
		p := found[key]
		if d.english() && !p.noun() || p.words > 1 && p.times < 2 && words > longChapter {
			continue
		}
		p.rate(lifts(key, p))
		if d.titled(p) {
			p.score *= named
		}
		all = append(all, *p)
	}
	slices.SortStableFunc(all, func(x, y phrase) int { return cmp.Compare(y.score, x.score) })
	return distinct(all)
}

func (d titler) wordsIn(s span) int {
	n := 0
	for i := s.from; i < s.to; i++ {
		for _, u := range d.of[i] {
			n += len(d.units[u].said)
		}
	}
	return n
}

// noun reports whether a phrase is used like the name of a thing.
func (p *phrase) noun() bool {
	if p.goesOn > partial*p.times {
		return false
	}
	if p.words == 1 && p.times > 1 {
		return p.verbal <= verbalWord*p.times && p.things >= thingWord*p.times
	}
	return p.verbal <= verbal*p.times || p.verbal <= p.things
}

// titled reports whether an earlier chapter is called by one of the phrase's words.
func (d titler) titled(p *phrase) bool {
	return slices.ContainsFunc(d.titles, func(of []phrase) bool {
		return slices.ContainsFunc(of, func(other phrase) bool { return alike(other.text, p.text) })
	})
}

// rate says how well a phrase names a chapter, in which it is so many times as frequent as in the others.
func (p *phrase) rate(lift float64) {
	p.score = math.Pow(longerBetter, float64(p.words-1)) * p.times * math.Log(1+lift) * (0.5 + p.things/p.times)
	if p.words > 1 {
		p.score *= phraseBetter
	}
}

// distinct takes the best phrase, and a second one that is nearly as good.
func distinct(all []phrase) []phrase {
	var out []phrase
	for _, p := range all {
		if len(out) == 2 || len(out) == 1 && p.score < out[0].score/4 {
			break
		}
		if len(out) == 1 && out[0].words > 1 && (p.words == 1 || strings.Contains(out[0].text, " and ")) {
			continue // one good phrase is a title; a word beside it says less
		}
		if len(out) == 1 && (!p.beside(out[0]) || p.words == 1 && p.times < leastTimes) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// beside reports whether p fits into a title with another phrase.
func (p *phrase) beside(other phrase) bool {
	return !alike(p.text, other.text) && other.words+p.words+1 <= joinedWords && !strings.Contains(p.text, " and ")
}

// collect counts the phrases of a sentence.
func (d titler) collect(u *unit, found map[string]*phrase) {
	ws := u.words()
	for from := range ws {
		if !d.namesThing(ws[from]) {
			continue
		}
		for to := from + 1; to <= min(len(ws), from+titleWords); to++ {
			w := ws[to-1]
			if to > from+1 && (w.apart || !d.namesThing(w) && !d.joins(ws, to-1)) {
				break
			}
			if d.namesThing(w) && (!d.participle(w) || to == from+1 && !neverLast[w.low]) {
				d.count(ws, from, to, found)
			}
		}
	}
}

// namesThing reports whether a word may begin or end the name of something.
func (d titler) namesThing(w word) bool {
	return w.term >= 0 && (!d.english() || !neverNouns[w.low] && (!strings.HasSuffix(w.low, "ly") || endsInLy[w.low]))
}

// participle reports whether a word can only end a phrase that goes on: "cords attached", "calls resulting".
func (d titler) participle(w word) bool {
	ing := strings.HasSuffix(w.low, "ing") && len(w.low) > shortIng && !endsInIng[w.low]
	ed := strings.HasSuffix(w.low, "ed") && !strings.HasSuffix(w.low, "eed")
	return d.english() && (neverLast[w.low] || ing || ed)
}

// joins reports whether the word stands between two parts of one phrase.
func (d titler) joins(ws []word, i int) bool {
	return d.english() && phraseJoins[ws[i].low] && i+1 < len(ws) && d.namesThing(ws[i+1])
}

func (d titler) count(ws []word, from, to int, found map[string]*phrase) {
	var terms []int
	var lows, raws []string
	for _, w := range ws[from:to] {
		if w.term >= 0 {
			if slices.Contains(terms, w.term) {
				return
			}
			terms = append(terms, w.term)
		}
		lows = append(lows, w.low)
		raws = append(raws, shownWord(w))
	}
	key := joinWords(ws[from:to], lows)
	if len(terms) == 1 {
		key = d.surface(terms[0])
	}
	p := found[key]
	if p == nil {
		p = &phrase{terms: terms, words: len(lows), shown: map[string]int{}}
		found[key] = p
	}
	p.times++
	shown := joinWords(ws[from:to], raws)
	if p.shown[shown]++; p.text == "" || p.shown[shown] > p.shown[p.text] {
		p.text = shown
	}
	p.goesOn += is(to < len(ws) && !ws[to].apart && d.namesThing(ws[to]) && !d.participle(ws[to]))
	if from > 0 && !ws[from].apart {
		before := ws[from-1].low
		p.verbal += is(beforeVerbs[before] || strings.HasSuffix(before, "n't") || strings.HasSuffix(before, "'ll"))
		p.things += is(beforeThings[before])
	}
}

// joinWords puts texts of words side by side as the words stand: where nothing is between them, nothing is put.
func joinWords(ws []word, texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 && !ws[i].joined {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
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
			said := sentence{ws: plainWords(d.units[n].words())}
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
