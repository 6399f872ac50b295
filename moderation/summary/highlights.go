package summary

import (
	"cmp"
	"math"
	"slices"

	"earshot/models"
	"earshot/moderation/summary/readable"
)

// Highlights are chosen one by one, each time the sentence that adds most to those chosen already: what its words, and
// its pairs of words, are worth that are not covered yet (D. Gillick, B. Favre, ILP-NLP 2009), as a share of its length,
// and how much it looks like what people take from a meeting. No speaker and no chapter takes all the places.
const (
	highlightsMost = 8
	slack          = 8 // words more than wished are too many
	maxCandidates  = 160
	fewCandidates  = 4 // with fewer, shorter sentences are looked at too
)

// Choice says how highlights are chosen.
type Choice struct {
	// Words is about how many words they have together, and Least how many each has at least.
	Words int `json:"words"`
	Least int `json:"least"`
	// Terms is how many words with a topic each has at least.
	Terms int `json:"terms"`
	// Pairs is what pairs of words are worth, beside the words.
	Pairs float64 `json:"pairs"`
	// Length is the power of a sentence's length of which its worth is a share: 1 counts by the word, 0 the whole.
	Length float64 `json:"length"`
	// Rank is what looking like a highlight is worth.
	Rank float64 `json:"rank"`
	// Topic is what a word with a topic is worth, beside one of grammar.
	Topic float64 `json:"topic"`
	// Speaker and Chapter are taken off for each place that the speaker or the chapter has.
	Speaker float64 `json:"speaker"`
	Chapter float64 `json:"chapter"`
}

// candidate is a sentence that may become a highlight.
type candidate struct {
	unit, chapter int
	words         []int
	score         float64

	read  bool    // what follows is known
	from  int     // the unit from which on it is quoted
	part  string  // what of it is quoted; "": all of it
	poor  float64 // how likely that reads badly by itself
	whole float64 // and how likely the sentence does
}

// highlights chooses up to eight sentences, in the order they were said.
func (d *document) highlights(chapters []span, listed cues, w Weights) []models.SummaryItem {
	sentences, vocabulary, choice := w.Sentences, w.Vocabulary, w.Choice
	if !d.english() {
		sentences, vocabulary, choice = w.AnySentences, w.AnyVocabulary, w.AnyChoice
	}
	v := d.vocabulary()
	v.judge(vocabulary, len(d.lines))
	cs := d.candidates(chapters, listed, sentences, v, choice, maxCandidates)
	most := min(highlightsMost, max(1, (len(d.units)+2)/3))
	chosen := d.choose(cs, v, choice, most)
	slices.SortFunc(chosen, func(a, b candidate) int { return cmp.Compare(a.unit, b.unit) })
	out := []models.SummaryItem{}
	for i, c := range chosen {
		if i > 0 && chosen[i-1].unit >= c.from {
			c.from = c.unit // the sentence before is quoted already
		}
		it := d.quote(c.from, c.unit)
		if c.part != "" {
			it.Text, it.Heard = quotable(c.part), quotable(d.units[c.unit].heard)
		}
		out = append(out, it)
	}
	return out
}

// candidates are the sentences that look most like highlights. Sentences that can't stand alone, questions and what is
// listed as a decision or an action are none, unless there is nothing else.
func (d *document) candidates(chapters []span, found cues, l Linear, v *vocabulary, c Choice, most int) []candidate {
	listed := make([]bool, len(d.units))
	for _, units := range found {
		for _, f := range units {
			listed[f.unit] = true
		}
	}
	r := d.ranking()
	of := chaptersOf(chapters, len(d.lines))
	for k, eligible := range []func(n int) bool{
		func(n int) bool {
			return d.eligible(n) && !listed[n] && len(d.units[n].said) >= c.Least && len(d.units[n].terms) >= c.Terms
		},
		func(n int) bool { return d.eligible(n) && !listed[n] },
		func(n int) bool { return len(d.units[n].terms) > 0 && !listed[n] },
		func(n int) bool { return d.units[n].text != "" },
	} {
		var out []candidate
		for n := range d.units {
			if eligible(n) {
				out = append(out, candidate{unit: n, chapter: of[d.units[n].lines[0]], score: l.score(r.features(n))})
			}
		}
		if len(out) >= fewCandidates || len(out) > 0 && k >= 2 {
			slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
			out = slices.Clip(out[:min(len(out), most)])
			for i := range out {
				out[i].words = v.of(d.units[out[i].unit])
			}
			return out
		}
	}
	return nil
}

// chaptersOf says of each line in which chapter it is.
func chaptersOf(chapters []span, lines int) []int {
	out := make([]int, lines)
	for n, s := range chapters {
		for i := s.from; i < s.to; i++ {
			out[i] = n
		}
	}
	return out
}

// eligible reports whether a sentence may become a highlight.
func (d *document) eligible(n int) bool {
	u := &d.units[n]
	return u.whole && len(u.terms) > 0 && len(u.said) <= 60 && !u.asks && (!d.english() || !u.leans())
}

// chosen is what a choice of highlights covers.
type chosen struct {
	Choice
	d      *document
	v      *vocabulary
	reader *readable.Reader // nil: of this language nothing is read
	times  map[int]int
	pairs  map[[2]int]int
	words  int // so far

	poorCost float64        // what is taken off for reading badly
	speakers map[string]int // who has how many places
	chapters map[int]int
}

// adds is how much a sentence adds to the choice.
func (c *chosen) adds(ws []int) float64 {
	out := 0.0
	again := map[int]int{}
	for i, w := range ws {
		out += c.worth(w, c.times[w]+again[w])
		again[w]++
		if i > 0 {
			out += c.Pairs * c.v.together(ws[i-1], w) * math.Pow(repeated, float64(c.pairs[[2]int{ws[i-1], w}]))
		}
	}
	return out / math.Pow(float64(len(ws)), c.Length)
}

// worth is how much a word adds to a choice that has it so many times.
func (c *chosen) worth(word, times int) float64 {
	out := c.v.worth(word, times)
	if c.v.all[word].topic {
		out *= c.Topic
	}
	return out
}

func (c *chosen) take(ws []int) {
	for i, w := range ws {
		c.times[w]++
		if i > 0 {
			c.pairs[[2]int{ws[i-1], w}]++
		}
	}
	c.words += len(ws)
}

// choose takes up to most candidates.
func (d *document) choose(cs []candidate, v *vocabulary, how Choice, most int) []candidate {
	c := &chosen{
		Choice: how, d: d, v: v, times: map[int]int{}, pairs: map[[2]int]int{}, speakers: map[string]int{}, chapters: map[int]int{},
	}
	if d.english() {
		c.reader = readable.NewReader(readable.Shipped(), v.saidOnce)
	}
	left := slices.Clone(cs)
	c.weighReading(left)
	var out []candidate
	for len(out) < most && c.words < c.Words-slack {
		best := c.best(left)
		if best < 0 {
			break
		}
		x := left[best]
		left = slices.Delete(left, best, best+1)
		out = append(out, x)
		c.speakers[c.speaker(&x)]++
		c.chapters[x.chapter]++
		c.take(x.words)
	}
	return out
}

// best is the candidate that adds most, as well as it reads; -1: none has room. Only those are read that would be best if they read well.
func (c *chosen) best(left []candidate) int {
	worth := make([]float64, len(left))
	value := func(i int) {
		x := &left[i]
		if c.words > 0 && c.words+len(x.words) > c.Words+slack {
			worth[i] = math.Inf(-1)
			return
		}
		worth[i] = c.adds(x.words) + c.Rank*x.score - c.poorCost*x.poor -
			c.Speaker*float64(c.speakers[c.speaker(x)]) - c.Chapter*float64(c.chapters[x.chapter])
	}
	for i := range left {
		value(i)
	}
	for {
		best := -1
		for i, w := range worth {
			if !math.IsInf(w, -1) && (best < 0 || w > worth[best]) {
				best = i
			}
		}
		if best < 0 || left[best].read {
			return best
		}
		c.read(&left[best])
		value(best)
	}
}

func (c *chosen) speaker(x *candidate) string { return c.d.lines[c.d.units[x.unit].lines[0]].SpeakerID }

// How candidates are read.
const (
	poorFrom = 0.35 // how poor a sentence is, at least, of which something else is quoted
	poorLess = 0.15 // how much less poor that is, at least
	// emptyPoor is how poor a sentence is, at least, that points back or leads through the meeting.
	emptyPoor = 0.7
)

// What is taken off for reading badly: all of it where somePoor of the first candidates read so, as estimated, and leastShare of it where
// mostPoor do or more.
const (
	fullCost   = 0.45
	leastShare = 0.3
	somePoor   = 0.54
	mostPoor   = 0.66
	readFirst  = 40 // candidates, of those that look most like highlights
)

// weighReading sets what is taken off for reading badly. Where so much of what looks most like highlights does, the recogniser got many
// words wrong, and it tells less of one sentence.
func (c *chosen) weighReading(cs []candidate) {
	cs = cs[:min(len(cs), readFirst)]
	mean := 0.0
	for i := range cs {
		c.read(&cs[i])
		mean += cs[i].whole / float64(len(cs))
	}
	c.poorCost = fullCost * max(leastShare, min(1, (mostPoor-mean)/(mostPoor-somePoor)))
}

var leadsOn = englishWords.phrases("leadsOn")

// read finds out how a candidate reads: all of it, together with the sentence before it, or a part.
func (c *chosen) read(x *candidate) {
	x.read, x.from = true, x.unit
	if c.reader == nil {
		return
	}
	u := &c.d.units[x.unit]
	own, back := c.reader.Read(u.text), u.pointsBack()
	x.poor, x.whole = own[readable.Poor], own[readable.Poor]
	if s := plainSentence(u.text); back || s.says(leadsOn) {
		x.poor = max(x.poor, emptyPoor)
	}
	if x.poor < poorFrom {
		return
	}
	if (back || own[readable.PointsBack] >= poorFrom) && c.d.follows(x.unit) {
		if poor := c.reader.Poor(c.d.quote(x.unit-1, x.unit).Text); poor < x.poor-poorLess {
			x.from, x.poor = x.unit-1, poor
			x.words = append(c.v.of(c.d.units[x.unit-1]), x.words...)
			return
		}
	}
	least := x.poor - poorLess
	for _, p := range u.parts() {
		if poor := c.reader.Poor(p); poor < least {
			x.part, x.poor, least = p, poor, poor
		}
	}
	if x.part == "" {
		return
	}
	x.words = nil
	for _, w := range words(x.part) {
		x.words = append(x.words, c.v.ids[w.low])
	}
}
