package summary

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Vocabulary says how likely a person who sums a session up uses each of its words: for words with a topic by how they are
// used in the session, for the words of a language's grammar by how often summaries use them anywhere.
type Vocabulary struct {
	Topic Linear `json:"topic"`
	// Grammar holds for a word the likelihood that a summary has it at least once, twice, and so on.
	Grammar map[string][]float64 `json:"grammar,omitempty"`
}

// TopicFeatures are the names of what is counted of a word with a topic. Those after plainTopic are of English.
func TopicFeatures() []string { return topicFeatures }

var topicFeatures = []string{
	"log times", "log times squared", "log lines", "log rate", "log speakers", "speakers", "first said", "spread", "5 letters", "7 letters",
	"10 letters", "once", "3 times", "10 times", "30 times", "number", "apostrophe", "-ing", "-ed", "-s", "-tion",
}

const plainTopic = 17

// usage is how a session uses one word.
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
	of  [][]int // unit -> words
}

func (d *document) vocabulary() *vocabulary {
	v := &vocabulary{ids: map[string]int{}, of: make([][]int, len(d.units))}
	for n := range d.units {
		u := &d.units[n]
		line := u.lines[0]
		for _, w := range u.words {
			id, ok := v.ids[w.low]
			if !ok {
				id = len(v.all)
				v.ids[w.low] = id
				v.all = append(v.all, usage{low: w.low, first: line, lastLine: -1, topic: w.term >= 0, speakers: map[string]bool{}})
			}
			v.of[n] = append(v.of[n], id)
			x := &v.all[id]
			x.times++
			x.last = line
			if x.lastLine != line {
				x.lastLine = line
				x.lines++
				x.speakers[d.lines[line].SpeakerID] = true
			}
		}
	}
	return v
}

// features describes a word, in the order of TopicFeatures.
func (v *vocabulary) features(x *usage, lines, words int) []float64 {
	length := utf8.RuneCountInString(x.low)
	tf := math.Log(x.times)
	total := float64(max(1, lines))
	return []float64{
		tf, tf * tf, math.Log(x.lines), math.Log(x.times/float64(max(1, words))*10_000 + 1), math.Log(float64(len(x.speakers))),
		is(len(x.speakers) >= 2), float64(x.first) / total, float64(x.last-x.first) / total, is(length >= 5), is(length >= 7), is(length >= 10),
		is(x.times == 1), is(x.times >= 3), is(x.times >= 10), is(x.times >= 30), is(strings.ContainsAny(x.low, "0123456789")),
		is(strings.Contains(x.low, "'")), is(strings.HasSuffix(x.low, "ing")), is(strings.HasSuffix(x.low, "ed")),
		is(strings.HasSuffix(x.low, "s")),
		is(strings.HasSuffix(x.low, "tion") || strings.HasSuffix(x.low, "ment") || strings.HasSuffix(x.low, "ity")),
	}
}

func (v *vocabulary) words() int {
	n := 0
	for _, u := range v.of {
		n += len(u)
	}
	return n
}

// judge says of each word how likely a summary has it.
func (v *vocabulary) judge(w Vocabulary, lines int) {
	total := v.words()
	for i := range v.all {
		x := &v.all[i]
		if x.topic {
			x.likely = 1 / (1 + math.Exp(-w.Topic.score(v.features(x, lines, total))))
		}
		x.grammar = w.Grammar[x.low]
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
