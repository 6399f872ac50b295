package summary

import (
	"cmp"
	"math"
	"slices"

	"earshot/models"
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
	units := d.choose(cs, v, choice, most)
	slices.Sort(units)
	return d.items(units, most)
}

// items quotes units, at most n.
func (d *document) items(units []int, n int) []models.SummaryItem {
	out := []models.SummaryItem{}
	for i, u := range units[:min(n, len(units))] {
		from := d.context(u)
		if i > 0 && units[i-1] >= from {
			from = u
		}
		out = append(out, d.quote(from, u))
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

var leadsOn = englishWords.phrases("leadsOn")

// What is taken off for how a sentence of English reads: that it points back, leads through the meeting, or is broken off or has no main
// clause. More would leave out more of them, but make highlights less like people's summaries.
const (
	pointsCost = 0.1
	leadsCost  = 0.15
	brokenCost = 0.15
)

// Where so large a share of the sentences is broken, the recogniser got many words wrong, and it tells little of one sentence; of
// more than mostBroken, nothing.
const (
	someBroken = 0.13
	mostBroken = 0.21
)

// flaws is what is taken off for how each of the candidates reads.
func (d *document) flaws(cs []candidate, v *vocabulary) []float64 {
	out := make([]float64, len(cs))
	if !d.english() {
		return out
	}
	broken, number := make([]bool, len(cs)), 0.0
	for i, c := range cs {
		u := &d.units[c.unit]
		ps := pieces(u.text)
		s := plainSentence(u.text)
		broken[i] = rough(ps) || !complete(ps) || v.breaksOff(u)
		number += is(broken[i])
		out[i] = pointsCost*is(u.pointsBack()) + leadsCost*is(s.says(leadsOn))
	}
	tells := min(1, max(0, (mostBroken-number/float64(len(cs)))/(mostBroken-someBroken)))
	for i := range cs {
		out[i] += tells * brokenCost * is(broken[i])
	}
	return out
}

// chosen is what a choice of highlights covers.
type chosen struct {
	Choice
	v     *vocabulary
	times map[int]int
	pairs map[[2]int]int
	words int // so far
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

// choose takes up to most candidates and returns their units.
func (d *document) choose(cs []candidate, v *vocabulary, how Choice, most int) []int {
	c := &chosen{Choice: how, v: v, times: map[int]int{}, pairs: map[[2]int]int{}}
	speakers, chapters := map[string]int{}, map[int]int{}
	taken := make([]bool, len(cs))
	flaws := d.flaws(cs, v)
	var out []int
	for len(out) < most && c.words < c.Words-slack {
		best, score := -1, math.Inf(-1)
		for i := range cs {
			if taken[i] || len(out) > 0 && c.words+len(cs[i].words) > c.Words+slack {
				continue
			}
			who := d.lines[d.units[cs[i].unit].lines[0]].SpeakerID
			s := c.adds(cs[i].words) + c.Rank*cs[i].score - flaws[i] -
				c.Speaker*float64(speakers[who]) - c.Chapter*float64(chapters[cs[i].chapter])
			if s > score {
				best, score = i, s
			}
		}
		if best < 0 {
			break
		}
		taken[best] = true
		out = append(out, cs[best].unit)
		speakers[d.lines[d.units[cs[best].unit].lines[0]].SpeakerID]++
		chapters[cs[best].chapter]++
		c.take(cs[best].words)
	}
	return out
}
