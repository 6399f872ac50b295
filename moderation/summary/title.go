package summary

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"earshot/models"
)

// A chapter is called by the phrase that people used in it: words with a topic side by side, or joined by "of" and the like, that are
// more frequent in the chapter than in the others (log-likelihood ratio: T. Dunning, Computational Linguistics 19(1), 1993), that have no
// word that is rare there, and that have words of the kind that people's summaries have. What stands after "to", "we" or "can" is more
// often a verb than the name of a thing.
const (
	longChapter  = 400  // words, from which a phrase must be said twice in the session
	enoughLines  = 100  // lines, from which each word of a phrase must be said in two, and a title should be two phrases
	titleWords   = 4    // the longest phrase
	joinedWords  = 6    // the longest title
	longerBetter = 1.4  // factor of a phrase for each word beyond the first
	phraseBetter = 24   // factor of a phrase of more than one word in English
	plainPhrase  = 3    // and in other languages
	named        = 0.3  // factor of a phrase that shares a word with the title of an earlier chapter
	sameTitle    = 0.1  // factor of a phrase that is in it
	properName   = 0.05 // factor of the name of a person or a place, which is no topic unless nothing else is
	wideWorth    = 0.3  // factor of a phrase that is said in nearly all chapters
	smallName    = 0.4  // share of uses written small below which a word is a name
	evenly       = 0.05 // what a phrase is worth each time it is said, if it is as frequent elsewhere
	mostOdds     = 0.5  // odds of a summary to have a word that count, at most
	sayEvery     = 1000 // words of the chapter, in which a phrase is said at least once on average
	mostLift     = 20   // how many times as frequent in its chapter as elsewhere counts, at most
	shortIng     = 5    // letters of "thing" and "spring"
	shortEd      = 4    // letters of "shed"
	leastTimes   = 3    // how often a single word is said that stands beside a phrase
	verbal       = 0.5  // share of uses after "to", "we" and the like above which a phrase is taken for a verb
	verbalWord   = 0.35 // the same for a single word
	verbsFirst   = 2    // how often a word must stand there, and more often than after "the", to begin no phrase
	partial      = 0.5  // share of uses as part of a longer name above which a phrase is not one
	partialBoth  = 0.2  // the same for a phrase with "and": "sun and rain" of "sun and rain dance"
	ending       = 0.7  // the same for the end of a longer name
	vagueWorth   = 0.25 // factor of a phrase with an adjective that says little before it, or a noun that does at its end
	onceWorth    = 0.5  // factor of a phrase or a word that is said once
	phraseShare  = 0.05 // how often a phrase is said that stands for one of its words, as a share of that
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
	saysLittle   = englishWords.set("saysLittle")
	inIdioms     = englishWords.set("inIdioms")
	// After beforeQualities stands an adjective or a participle, after beforeParticiples a participle.
	beforeQualities   = englishWords.set("beforeQualities")
	beforeParticiples = englishWords.set("beforeParticiples")
	endsInIng         = englishWords.set("endsInIng")
	endsInLy          = englishWords.set("endsInLy")
)

var adjectiveEnds = []string{"ous", "less", "ible", "ical", "ental", "ional", "iest", "ier", "ptive"}

// use is how often a phrase is said, and how.
type use struct {
	times  float64
	verbal float64 // of the times it stands where verbs do
	things float64 // of the times it stands where things are named
	goesOn float64 // of the times another word of a name follows: it is a part of one
	ends   float64 // of the times a word of a name stands before: it is the end of one
}

func (u use) plus(v use) use {
	return use{u.times + v.times, u.verbal + v.verbal, u.things + v.things, u.goesOn + v.goesOn, u.ends + v.ends}
}

// overall is how a phrase is used in the session.
type overall struct {
	use
	chapters int     // that have it
	contrast float64 // the greatest
}

// phrase is a candidate for a title.
type phrase struct {
	use
	all      *overall
	text     string // lower case, as most often written
	terms    []int
	words    int
	others   float64 // how often it is said in other chapters
	lift     float64 // how many times as frequent it is in its chapter as in the others
	contrast float64 // how sure it is that it is more frequent there
	wide     bool    // it is said in nearly all chapters
	theme    bool    // it is said in half of the chapters, and often in others than this
	less     bool    // another chapter is more about it
	noun     bool    // it is used like the name of a thing in the session
	shown    map[string]float64
	ing      bool // it begins with a participle in -ing
	vague    bool // it begins or ends with a word that says little
	score    float64
}

// titler names the chapters of a document.
type titler struct {
	*document
	vocabulary *vocabulary // of English
	manners    map[string]*manner
	begins     map[string]*manner // how phrases are used that begin with a word
	roots      []string           // term -> stem
	titles     [][]phrase         // chapter -> what it is about, the best first
}

func newTitler(d *document, w Vocabulary) *titler {
	if !d.english() {
		return &titler{document: d}
	}
	v := d.vocabulary()
	v.judge(w, len(d.lines))
	t := &titler{document: d, vocabulary: v, manners: mannersOf(d), begins: map[string]*manner{}, roots: make([]string, len(d.ids))}
	for stem, id := range d.ids {
		t.roots[id] = stem
	}
	return t
}

// chaptersOf names the chapters.
func (d *titler) chaptersOf(spans []span) []models.Chapter {
	all := d.subjects(spans)
	for _, s := range all {
		d.titles = append(d.titles, d.phrases(s))
	}
	for n, s := range all {
		d.tellApart(n, s)
	}
	out := []models.Chapter{}
	for n, s := range all {
		c := models.Chapter{Title: d.place(spans, n, d.titles[n]), StartMS: d.lines[s.from].StartMS}
		for _, u := range d.lines[s.from:s.to] {
			c.EndMS = max(c.EndMS, u.EndMS)
		}
		c.Cites = d.support(s.span, d.titles[n])
		out = append(out, c)
	}
	return out
}

// subject is what is said in a chapter.
type subject struct {
	span
	words, others float64 // of the chapter, and of the others
	times         map[int]float64
	phrases       map[string]*phrase
}

// subjects collects the phrases of all chapters and compares them.
func (d *titler) subjects(spans []span) []subject {
	out := make([]subject, len(spans))
	said := map[string]*overall{}
	words := 0.0
	for n, s := range spans {
		out[n] = d.subject(s)
		words += out[n].words
		for key, p := range out[n].phrases {
			if said[key] == nil {
				said[key] = &overall{}
			}
			p.all = said[key]
			p.all.use = p.all.plus(p.use)
			p.all.chapters++
		}
	}
	for n := range out {
		s := &out[n]
		s.others = words - s.words
		for _, p := range s.phrases {
			p.others = p.all.times - p.times
			p.lift = lift(p.times, p.others, s.words, s.others)
			if p.all.chapters > 1 {
				p.contrast = contrast(p.times, p.others, s.words, s.others)
				p.all.contrast = max(p.all.contrast, p.contrast)
			}
		}
	}
	for _, s := range out {
		for _, p := range s.phrases {
			p.noun = p.isNoun(p.all.use)
			p.wide = len(spans) > 1 && 4*p.all.chapters >= 3*len(spans)
			p.theme = p.others >= leastTimes && 2*p.all.chapters >= len(spans)
			p.less = p.contrast < p.all.contrast
		}
	}
	return out
}

func (d *titler) subject(s span) subject {
	out := subject{span: s, times: map[int]float64{}, phrases: map[string]*phrase{}}
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			u := &d.units[n]
			out.words += float64(len(u.said))
			if u.lines[0] == i {
				d.collect(u, out.phrases)
				for _, t := range u.terms {
					out.times[t]++
				}
			}
		}
	}
	return out
}

// How sure it is that something is a phrase.
const (
	anyPhrase = iota
	knownWords
	saidTwice
)

// phrases are the best one or two phrases of a chapter; no word is in both. A phrase that is not sure is better than a single word.
func (d *titler) phrases(s subject) []phrase {
	for sure := saidTwice; ; sure-- {
		out := d.distinctOf(namedFully(d.rated(s, sure), sure), s.span)
		if sure == anyPhrase || !d.english() || slices.ContainsFunc(out, func(p phrase) bool { return p.words > 1 }) {
			return out
		}
	}
}

// rated are the phrases that may name a chapter, the best first.
func (d *titler) rated(s subject, sure int) []phrase {
	var all []phrase
	for _, key := range slices.Sorted(maps.Keys(s.phrases)) {
		p := s.phrases[key]
		if !d.may(p, s, sure) {
			continue
		}
		d.rate(p, s)
		p.score *= d.unlikeTitles(p)
		all = append(all, *p)
	}
	slices.SortStableFunc(all, func(x, y phrase) int { return cmp.Compare(y.score, x.score) })
	return all
}

// may reports whether a phrase may name a chapter.
func (d *titler) may(p *phrase, s subject, sure int) bool {
	switch {
	case !d.english():
		return p.words == 1 || p.times > 1 || s.words <= longChapter
	case !p.noun:
		return false
	case p.words == 1:
		return true
	}
	once := p.times+p.others < 2 && s.words > longChapter
	rare := len(d.lines) >= enoughLines && slices.ContainsFunc(p.terms, func(t int) bool { return d.df[t] < 2 })
	return !d.verbFirst(p) && !addressed(p.text) && !acronyms(p.text) && (sure < saidTwice || !once) && (sure < knownWords || !rare)
}

// rate says how well a phrase names a chapter.
func (d *titler) rate(p *phrase, s subject) {
	p.score = math.Pow(longerBetter, float64(p.words-1)) * (0.5 + p.things/p.times)
	if !d.english() {
		p.score *= p.times * math.Log(1+p.lift)
		if p.words > 1 {
			p.score *= plainPhrase
		} else if p.times < 2 {
			p.score *= onceWorth
		}
		return
	}
	least := math.Inf(1)
	for _, t := range p.terms {
		least = min(least, s.times[t])
	}
	if p.others == 0 {
		p.contrast = contrast(p.times, 0, s.words, s.others)
	}
	distinct := p.contrast + evenly*p.times
	p.score *= math.Sqrt(distinct*least*d.odds(p)) * min(1, p.times*sayEvery/max(1, s.words))
	if p.words > 1 {
		p.score *= phraseBetter
	}
	if p.vague {
		p.score *= vagueWorth
	}
	if p.times+p.others < 2 {
		p.score *= onceWorth
		if strings.Contains(p.text, " and ") {
			p.score *= onceWorth // "fields and an old mill"
		}
	}
	if d.name(p) {
		p.score *= properName
	}
	if p.wide && p.lift < wideLift || p.less {
		p.score *= wideWorth
	}
}

// isNoun reports whether a phrase is used like the name of a thing.
func (p *phrase) isNoun(u use) bool {
	if u.goesOn > partial*u.times || u.goesOn > partialBoth*u.times && strings.Contains(p.text, " and ") ||
		p.words > 1 && u.ends > ending*u.times {
		return false
	}
	if p.words == 1 && u.times > 1 {
		return u.verbal <= verbalWord*u.times && u.things >= thingWord*(u.times-u.goesOn)
	}
	if p.ing {
		return u.things > u.verbal
	}
	return u.verbal <= verbal*u.times || u.verbal <= u.things
}

// collect counts the phrases of a sentence.
func (d *titler) collect(u *unit, found map[string]*phrase) {
	ws := u.words()
	for from := range ws {
		if !d.namesThing(ws[from]) {
			continue
		}
		d.countBegin(ws, from)
		ends := d.english() && from > 0 && !ws[from].apart && d.namesThing(ws[from-1]) && !d.participle(ws[from-1]) && d.isThing(ws[from-1])
		for to := from + 1; to <= min(len(ws), from+titleWords); to++ {
			w := ws[to-1]
			if to == from+2 && phraseJoins[w.low] && (d.participle(ws[from]) || measures[ws[from].low]) {
				break // "happening in June", "hundreds of channels"
			}
			if to < len(ws) && d.brokenOff(w, ws[to]) {
				break
			}
			if to > from+1 && (w.apart || !d.namesThing(w) && !d.joins(ws, to-1)) {
				break
			}
			if d.namesThing(w) && (!d.participle(w) || to == from+1 && d.gerund(w)) && d.isThing(w) {
				if p := d.count(ws, from, to, found); p != nil {
					p.ends += is(ends)
				}
			}
		}
	}
}

// count counts the words as a phrase, unless one of them is in it twice.
func (d *titler) count(ws []word, from, to int, found map[string]*phrase) *phrase {
	var terms []int
	var keys, raws []string
	for i, w := range ws[from:to] {
		if w.term >= 0 {
			if slices.Contains(terms, w.term) {
				return nil
			}
			terms = append(terms, w.term)
		}
		keys = append(keys, d.keyOf(w))
		raws = append(raws, d.shownWord(w, i == to-from-1))
	}
	key := joinWords(ws[from:to], keys)
	if len(terms) == 1 {
		key = d.surface(terms[0])
	}
	p := found[key]
	if p == nil {
		p = &phrase{terms: terms, words: len(keys), shown: map[string]float64{}}
		p.vague = d.english() && p.words > 1 && (picksOut[ws[from].low] || saysLittle[ws[to-1].low])
		p.ing = d.english() && p.words > 1 && endsWithIng(ws[from].low)
		found[key] = p
	}
	p.times++
	goesOn := to < len(ws) && !ws[to].apart && d.namesThing(ws[to]) && !d.participle(ws[to])
	p.goesOn += is(goesOn)
	shown := joinWords(ws[from:to], raws)
	if p.shown[shown] += is(!goesOn); p.text == "" || p.shown[shown] > p.shown[p.text] {
		p.text = shown // "pots and pans", not that of "pot and pan shop"
	}
	p.verbal += is(p.words > 1 && to < len(ws) && !ws[to].apart && afterVerbs[ws[to].low])
	if from > 0 && !ws[from].apart {
		before := ws[from-1].low
		quality := beforeQualities[before] && (p.words > 1 || d.participle(ws[from])) // "it's water proof"
		p.verbal += is(verbFollows(before) || quality || beforeParticiples[before] && d.participle(ws[from]))
		p.things += is(beforeThings[before] && (p.words > 1 || !goesOn))
	} else if m := d.manners[ws[from].low]; m != nil && !ws[from].upper {
		p.verbal += is(m.verb > m.thing) // "Send the map": nothing stands before it
	}
	return p
}
