package summary

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Vocabulary estimates how likely a person's summary of a session is to use each of its words: content words by how they are
// used in the session, function words by how often summaries use them in general.
type Vocabulary struct {
	Topic Linear `json:"topic"`
	// Grammar holds for each function word the probability that a summary has it at least once, twice, and so on.
	Grammar map[string][]float64 `json:"grammar,omitempty"`
	// Pairs does the same for two adjacent words.
	Pairs Linear `json:"pairs"`
	// GrammarPairs holds the probability that a summary has two adjacent function words ("of the"), and TopicBefore and
	// TopicAfter how often a content word stands before or after a function word in summaries.
	GrammarPairs map[string]float64 `json:"grammar_pairs,omitempty"`
	TopicBefore  map[string]float64 `json:"topic_before,omitempty"`
	TopicAfter   map[string]float64 `json:"topic_after,omitempty"`
}

// TopicFeatures returns the names of the features of a content word. Those after the first plainTopic are for English only.
func TopicFeatures() []string { return topicFeatures }

var topicFeatures = []string{
	"log times", "log times squared", "log lines", "log rate", "log speakers", "speakers", "first said", "spread", "5 letters", "7 letters",
	"10 letters", "once", "3 times", "10 times", "30 times", "number", "apostrophe", "-ing", "-ed", "-s", "-tion",
}

const plainTopic = 17

// usage records how a session uses a word.
type usage struct {
	low          string
	times, lines float64
	first, last  int // line
	lastLine     int
	speakers     map[string]bool
	topic        bool
	likely       float64 // that a summary has it, for words with a topic
	grammar      []float64
}

// vocabulary is the words of a session, in the order in which they were first said, and their ids.
type vocabulary struct {
	ids map[string]int
	all []usage

	pairs  map[[2]int]*pair
	order  [][2]int   // of the pairs, as they were first said
	said   int        // words
	judged Vocabulary // by what they were judged
}

// vocabulary counts the words once.
func (d *document) vocabulary() *vocabulary {
	if d.used != nil {
		return d.used
	}
	v := &vocabulary{ids: map[string]int{}, pairs: map[[2]int]*pair{}}
	d.used = v
	for n := range d.units {
		u := &d.units[n]
		line := u.lines[0]
		for _, w := range u.each() {
			id, ok := v.ids[w.low]
			if !ok {
				id = len(v.all)
				v.ids[w.low] = id
				v.all = append(v.all, usage{low: w.low, first: line, lastLine: -1, topic: w.term >= 0, speakers: map[string]bool{}})
			}
			x := &v.all[id]
			x.times++
			x.last = line
			if x.lastLine != line {
				x.lastLine = line
				x.lines++
				x.speakers[d.lines[line].SpeakerID] = true
			}
		}
		v.said += len(u.said)
		v.countPairs(v.of(*u), d.lines[line].SpeakerID)
	}
	return v
}

// of returns the words of a sentence.
func (v *vocabulary) of(u unit) []int {
	out := make([]int, len(u.said))
	for i, p := range u.said {
		out[i] = v.ids[u.glossary.word(p).low]
	}
	return out
}

// saidOnce reports whether a word in lower case is said once in the session.
func (v *vocabulary) saidOnce(low string) bool {
	id, ok := v.ids[low]
	return ok && v.all[id].times == 1
}

// features describes a word, in the order of TopicFeatures.
func (v *vocabulary) features(x *usage, lines int) []float64 {
	length := utf8.RuneCountInString(x.low)
	tf := math.Log(x.times)
	total := float64(max(1, lines))
	return []float64{
		tf, tf * tf, math.Log(x.lines), math.Log(x.times/float64(max(1, v.said))*10_000 + 1), math.Log(float64(len(x.speakers))),
		is(len(x.speakers) >= 2), float64(x.first) / total, float64(x.last-x.first) / total, is(length >= 5), is(length >= 7), is(length >= 10),
		is(x.times == 1), is(x.times >= 3), is(x.times >= 10), is(x.times >= 30), is(strings.ContainsAny(x.low, "0123456789")),
		is(strings.Contains(x.low, "'")), is(strings.HasSuffix(x.low, "ing")), is(strings.HasSuffix(x.low, "ed")),
		is(strings.HasSuffix(x.low, "s")),
		is(strings.HasSuffix(x.low, "tion") || strings.HasSuffix(x.low, "ment") || strings.HasSuffix(x.low, "ity")),
	}
}

// judge says of each word how likely a summary has it.
func (v *vocabulary) judge(w Vocabulary, lines int) {
	v.judged = w
	for i := range v.all {
		x := &v.all[i]
		if x.topic {
			x.likely = logistic(w.Topic.score(v.features(x, lines)))
		}
		x.grammar = w.Grammar[x.low]
	}
	for _, p := range v.pairs {
		p.likely = -1
	}
}

// repeated is what a word with a topic is still worth when it was quoted once more.
const repeated = 0.3

// worth is how much a word adds to a summary that has it n times.
func (v *vocabulary) worth(id, n int) float64 {
	x := &v.all[id]
	switch {
	case x.topic && n < 8:
		return x.likely * math.Pow(repeated, float64(n))
	case n < len(x.grammar):
		return x.grammar[n]
	}
	return 0
}

// pairFeatures are what is counted of two words side by side. Those after plainPairs are of English.
var pairFeatures = []string{
	"odds of the first", "odds of the second", "both topics: odds of the first", "both topics: odds of the second",
	"topic, grammar: odds", "grammar, topic: odds", "both topics", "topic, grammar", "grammar, topic", "both grammar",
	"log times", "both topics: log times", "topic, grammar: log times", "grammar, topic: log times", "both grammar: log times",
	"mutual information", "both topics: mutual information", "share of the first", "share of the second",
	"both topics: share of the first", "both topics: share of the second", "twice", "4 times", "several speakers",
	"both topics: several speakers", "likely both",
	"both grammar: odds in summaries", "topic, grammar: share in summaries", "grammar, topic: share in summaries",
	"topic, grammar: share times odds", "grammar, topic: share times odds",
}

const plainPairs = 26

// PairFeatures are the names of what is counted of two words side by side.
func PairFeatures() []string { return pairFeatures }

// pair is how a session uses two words side by side.
type pair struct {
	times   float64
	speaker string
	several bool    // speakers say it
	likely  float64 // that a summary has it; below 0: not judged yet
}

// countPairs counts the words that stand side by side in a sentence.
func (v *vocabulary) countPairs(ws []int, speaker string) {
	for i := 1; i < len(ws); i++ {
		key := [2]int{ws[i-1], ws[i]}
		p := v.pairs[key]
		if p == nil {
			p = &pair{speaker: speaker, likely: -1}
			v.pairs[key] = p
			v.order = append(v.order, key)
		}
		p.times++
		p.several = p.several || p.speaker != speaker
	}
}

// together is how likely a summary has the words a and b side by side.
func (v *vocabulary) together(a, b int) float64 {
	p := v.pairs[[2]int{a, b}]
	if p == nil {
		return 0
	}
	if p.likely < 0 {
		p.likely = logistic(v.judged.Pairs.score(v.pairOf(a, b, p)))
	}
	return p.likely
}

// pairOf describes two words side by side, in the order of PairFeatures, once the words are judged.
func (v *vocabulary) pairOf(a, b int, p *pair) []float64 {
	x, y := &v.all[a], &v.all[b]
	px, py := v.worth(a, 0), v.worth(b, 0)
	ox, oy, ln := odds(px), odds(py), math.Log(p.times)
	tt, tg, gt, gg := is(x.topic && y.topic), is(x.topic && !y.topic), is(!x.topic && y.topic), is(!x.topic && !y.topic)
	rx, ry, several := p.times/x.times, p.times/y.times, is(p.several)
	mutual := math.Log(p.times * float64(v.said) / (x.times * y.times))
	after, before := v.judged.TopicBefore[y.low], v.judged.TopicAfter[x.low]
	return []float64{
		ox, oy, ox * tt, oy * tt, ox * tg, oy * gt, tt, tg, gt, gg, ln, ln * tt, ln * tg, ln * gt, ln * gg, mutual, mutual * tt,
		rx, ry, rx * tt, ry * tt, is(p.times >= 2), is(p.times >= 4), several, several * tt, px * py,
		gg * odds(v.judged.GrammarPairs[x.low+" "+y.low]), after * tg, before * gt, after * tg * ox, before * gt * oy,
	}
}

// odds is the logarithm of the odds, within bounds.
func odds(p float64) float64 {
	const least = 1e-4
	p = min(max(p, least), 1-least)
	return math.Log(p / (1 - p))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// manner is how often a word of English is used like a noun, a verb or an adjective in a session.
type manner struct{ thing, verb, quality float64 }

// mannersOf looks at what stands around words side by side: the last of them is a thing after "the", unless another thing follows, as in
// "the valve leaks the oil"; a word on its own is a verb after "we", an adjective after "is" or "very".
func mannersOf(d *document) map[string]*manner {
	out := map[string]*manner{}
	at := func(w word) *manner {
		m := out[w.low]
		if m == nil {
			m = &manner{}
			out[w.low] = m
		}
		return m
	}
	for n := range d.units {
		ws := d.units[n].words()
		for from := 1; from < len(ws); from++ {
			to := from
			for to < len(ws) && ws[to].term >= 0 && !ws[to].apart {
				to++
			}
			if to == from {
				continue
			}
			before := ws[from-1].low
			switch {
			case beforeThings[before] && to > from+1 && to < len(ws) && !ws[to].apart && afterVerbs[ws[to].low]:
				at(ws[to-1]).verb++
			case beforeThings[before]:
				at(ws[to-1]).thing++
			case verbFollows(before):
				at(ws[from]).verb++
			case to == from+1 && beforeQualities[before]:
				at(ws[from]).quality++
			}
			from = to - 1
		}
	}
	return out
}

// verbFollows reports whether what stands after a word is more often a verb than a noun.
func verbFollows(low string) bool {
	return beforeVerbs[low] || strings.HasSuffix(low, "n't") || strings.HasSuffix(low, "'ll")
}

// countBegin counts how a phrase is used that begins with a word.
func (d *titler) countBegin(ws []word, from int) {
	if from == 0 || ws[from].apart || !d.english() {
		return
	}
	m := d.begins[ws[from].low]
	if m == nil {
		m = &manner{}
		d.begins[ws[from].low] = m
	}
	m.verb += is(verbFollows(ws[from-1].low))
	m.thing += is(beforeThings[ws[from-1].low])
}

// verbFirst reports whether a phrase begins with a word that is a verb where phrases begin.
func (d *titler) verbFirst(p *phrase) bool {
	first, _, _ := strings.Cut(strings.ToLower(p.text), " ")
	m := d.begins[first]
	return m != nil && m.verb > m.thing && m.verb >= verbsFirst
}

// odds are those of a summary to have the phrase's least likely word.
func (d *titler) odds(p *phrase) float64 {
	out := mostOdds
	for w := range strings.FieldsSeq(p.text) {
		if id, ok := d.vocabulary.ids[strings.ToLower(w)]; ok && d.vocabulary.all[id].topic {
			likely := d.vocabulary.worth(id, 0)
			out = min(out, likely/(1-likely))
		}
	}
	return out
}

// lift is how many times as frequent something is in one part as in the other; if there is no other, as much as counts.
func lift(here, there, words, others float64) float64 {
	if others == 0 {
		return mostLift
	}
	return min(mostLift, here/max(1, words)*others/(there+0.5))
}

// contrast is the log-likelihood ratio of a phrase that is more frequent in a part of so many words than in the others.
func contrast(here, there, words, others float64) float64 {
	expected := (here + there) * words / (words + others)
	if here <= expected {
		return 0
	}
	out := here * math.Log(here/expected)
	if there > 0 {
		out += there * math.Log(there/(here+there-expected))
	}
	return 2 * out
}

// name reports whether a phrase is the name of a person or a place: the word that says what it is ("bank" in "Bank of Canada" and
// "Canada bank") is mostly written with a capital.
func (d *titler) name(p *phrase) bool {
	if !d.english() {
		return false
	}
	ws := strings.Fields(p.text)
	if i := slices.IndexFunc(ws, func(w string) bool { return phraseJoins[w] }); i >= 0 {
		ws = ws[:i]
	}
	last := ws[len(ws)-1]
	r, n := utf8.DecodeRuneInString(last)
	if !unicode.IsUpper(r) || strings.ToLower(last[n:]) != last[n:] {
		return false // or it is like "LCD"
	}
	small, all := 0, 0
	for way, n := range d.surfaces[p.terms[len(ws)-1]] {
		all += n
		if strings.ToLower(way) == way {
			small += n
		}
	}
	return float64(small) < smallName*float64(all)
}
