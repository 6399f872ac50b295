package summary

import "math"

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

// countPairs counts the words that stand side by side in sentence n.
func (v *vocabulary) countPairs(n int, speaker string) {
	ws := v.of[n]
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
