package summary

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

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
	vagueWorth   = 0.5  // factor of a phrase that begins with an adjective that says little, and of a word that is said once
	nextPhrase   = 4    // by what factor the second phrase of a title may be worse than the first
	nextWord     = 40   // the same beside a single word, which is hardly a title
	phraseShare  = 0.1  // how often a phrase is said that stands for one of its words, as a share of that
	thingWord    = 0.35 // share of uses after "the", "of" and the like below which a single word is not taken for a noun
)

var (
	phraseJoins  = englishWords.set("phraseJoins")
	beforeVerbs  = englishWords.set("beforeVerbs")
	neverLast    = englishWords.set("neverLast")
	neverNouns   = englishWords.set("neverNouns")
	beforeThings = englishWords.set("beforeThings")
	afterVerbs   = englishWords.set("afterVerbs")
	measures     = englishWords.set("measures")
	picksOut     = englishWords.set("picksOut")
	// After beforeQualities stands an adjective or a participle, after beforeParticiples a participle.
	beforeQualities   = englishWords.set("beforeQualities")
	beforeParticiples = englishWords.set("beforeParticiples")
	endsInIng         = englishWords.set("endsInIng")
	endsInLy          = englishWords.set("endsInLy")
)

var adjectiveEnds = []string{"ous", "less", "ible", "ical", "ental", "ional", "iest", "ier"}

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
	ing    bool // it begins with a participle in -ing
	vague  bool // it begins with an adjective that says little
	score  float64
}

// titler names the chapters of a document.
type titler struct {
	*document
	manners map[string]*manner
}

func newTitler(d *document) titler {
	if !d.english() {
		return titler{document: d}
	}
	return titler{d, mannersOf(d)}
}

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
		chosen := d.phrases(found[n], s, words[n], func(key string, p *phrase) float64 {
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
func (d titler) phrases(found map[string]*phrase, s span, words float64, lifts func(string, *phrase) float64) []phrase {
	out := d.distinctOf(namedFully(d.rated(found, words, lifts)), s)
	if d.english() && words > longChapter && (len(out) == 0 || len(out) == 1 && out[0].words == 1) { // hardly a title
		out = d.distinctOf(namedFully(d.rated(found, 0, lifts)), s)
	}
	return out
}

// rated are the phrases that may name a chapter of so many words, the best first.
func (d titler) rated(found map[string]*phrase, words float64, lifts func(string, *phrase) float64) []phrase {
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
	return all
}

// namedFully puts the best phrase that has a word before the word, if that is the best: "system" says less than "filter system".
func namedFully(all []phrase) []phrase {
	if len(all) == 0 || all[0].words > 1 {
		return all
	}
	i := slices.IndexFunc(all, func(p phrase) bool {
		return p.words > 1 && slices.Contains(p.terms, all[0].terms[0]) && p.times >= max(2, phraseShare*all[0].times)
	})
	if i < 0 {
		return all
	}
	p := all[i]
	p.score = all[0].score
	return slices.Insert(slices.Delete(all, i, i+1), 0, p)
}

// together reports whether people say two phrases in the same sentences, more often than if they had nothing to do with each other.
func (d titler) together(p, q *phrase, s span) bool {
	var n, a, b, both float64
	for i := s.from; i < s.to; i++ {
		for _, k := range d.of[i] {
			if u := &d.units[k]; u.lines[0] == i {
				has, hasToo := slices.Contains(u.terms, p.terms[0]), slices.Contains(u.terms, q.terms[0])
				n++
				a += is(has)
				b += is(hasToo)
				both += is(has && hasToo)
			}
		}
	}
	return both >= 2 && both*n > a*b
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
		return p.verbal <= verbalWord*p.times && p.things >= thingWord*(p.times-p.goesOn)
	}
	if p.ing {
		return p.things > p.verbal
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
	if p.vague || p.words == 1 && p.times < 2 {
		p.score *= vagueWorth
	}
}

// distinctOf takes the best phrase, and a second one that is nearly as good.
func (d titler) distinctOf(all []phrase, s span) []phrase {
	var out []phrase
	for _, p := range all {
		if len(out) == 2 || len(out) == 1 && p.score < out[0].score/nearly(out[0].words) {
			break
		}
		if len(out) == 1 && out[0].words > 1 && (p.words == 1 || strings.Contains(out[0].text, " and ")) {
			continue // one good phrase is a title; a word beside it says less
		}
		if len(out) == 1 && (!p.beside(out[0]) || p.words == 1 && (p.times < leastTimes || d.english() && !d.together(&p, &out[0], s))) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// nearly is by what factor the second phrase of a title may be worse than the first, of so many words.
func nearly(words int) float64 {
	if words == 1 {
		return nextWord
	}
	return nextPhrase
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
			if to == from+2 && phraseJoins[w.low] && (d.participle(ws[from]) || measures[ws[from].low]) {
				break // "happening in June", "hundreds of channels"
			}
			if to > from+1 && d.brokenOff(ws[to-2], w) {
				break
			}
			if to > from+1 && (w.apart || !d.namesThing(w) && !d.joins(ws, to-1)) {
				break
			}
			if d.namesThing(w) && (!d.participle(w) || to == from+1 && d.gerund(w)) && d.isThing(w) {
				d.count(ws, from, to, found)
			}
		}
	}
}

// namesThing reports whether a word may begin or end the name of something.
func (d titler) namesThing(w word) bool {
	if w.term < 0 || !d.english() {
		return w.term >= 0
	}
	small := neverNouns[w.low] || openers[w.low] || openers["'"+w.low]
	return !small && (!strings.HasSuffix(w.low, "ly") || endsInLy[w.low])
}

// endsLikeAdjective reports whether few nouns end like a word.
func endsLikeAdjective(low string) bool {
	return slices.ContainsFunc(adjectiveEnds, func(end string) bool { return strings.HasSuffix(low, end) })
}

// brokenOff reports whether somebody begins a word anew: "crite criteria".
func (d titler) brokenOff(w, next word) bool {
	return d.english() && len(next.low) > len(w.low)+1 && strings.HasPrefix(next.low, w.low)
}

// isThing reports whether a word is a noun as far as can be told: it is not used more often like something else.
func (d titler) isThing(w word) bool {
	if w.upper {
		return true
	}
	m := d.manners[w.low]
	if m != nil && m.thing < m.verb+m.quality || endsLikeAdjective(w.low) && (m == nil || m.thing < leastTimes) {
		return false
	}
	m = d.manners[strings.TrimSuffix(w.low, "s")] // "the paper deals with"
	return m == nil || m.thing >= m.verb
}

// gerund reports whether a word that ends with -ing is used as a noun: "the naming".
func (d titler) gerund(w word) bool {
	m := d.manners[w.low]
	return strings.HasSuffix(w.low, "ing") && !neverLast[w.low] && m != nil && m.thing >= leastTimes && m.thing > m.verb+m.quality
}

// participle reports whether a word can only end a phrase that goes on: "cords attached", "calls resulting".
func (d titler) participle(w word) bool {
	ed := strings.HasSuffix(w.low, "ed") && !strings.HasSuffix(w.low, "eed")
	return d.english() && (neverLast[w.low] || endsWithIng(w.low) || ed)
}

func endsWithIng(low string) bool {
	return strings.HasSuffix(low, "ing") && len(low) > shortIng && !endsInIng[low]
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
		raws = append(raws, d.shownWord(w))
	}
	key := joinWords(ws[from:to], lows)
	if len(terms) == 1 {
		key = d.surface(terms[0])
	}
	p := found[key]
	if p == nil {
		p = &phrase{terms: terms, words: len(lows), shown: map[string]int{}}
		p.vague = d.english() && p.words > 1 && picksOut[ws[from].low]
		p.ing = d.english() && p.words > 1 && endsWithIng(ws[from].low)
		found[key] = p
	}
	p.times++
	shown := joinWords(ws[from:to], raws)
	if p.shown[shown]++; p.text == "" || p.shown[shown] > p.shown[p.text] {
		p.text = shown
	}
	goesOn := to < len(ws) && !ws[to].apart && d.namesThing(ws[to]) && !d.participle(ws[to])
	p.goesOn += is(goesOn)
	if from > 0 && !ws[from].apart {
		before := ws[from-1].low
		p.verbal += is(verbFollows(before) || (beforeQualities[before] || beforeParticiples[before]) && d.participle(ws[from]))
		p.things += is(beforeThings[before] && (p.words > 1 || !goesOn))
	} else if m := d.manners[ws[from].low]; m != nil && !ws[from].upper {
		p.verbal += is(m.verb > m.thing) // "Send the map": nothing stands before it
	}
}
