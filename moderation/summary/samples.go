package summary

import "slices"

// Sample holds the features of a sentence, a word or a gap.
type Sample struct {
	// Text is the sentence or the word; empty for a gap.
	Text string
	// Seq is the sequence number of the line in which it begins, or that follows the gap.
	Seq      int
	Features []float64
}

// Samples are a session's samples, on which the weights are trained.
type Samples struct {
	Sentences, Words, Gaps []Sample

	document   *document
	vocabulary *vocabulary
}

// Pairs returns a sample for each pair of adjacent words ("first second"), with words judged by v. Calls for one session must
// not run at the same time.
func (s Samples) Pairs(v Vocabulary) []Sample {
	s.vocabulary.judge(v, len(s.document.lines))
	out := make([]Sample, 0, len(s.vocabulary.order))
	for _, k := range s.vocabulary.order {
		text := s.vocabulary.all[k[0]].low + " " + s.vocabulary.all[k[1]].low
		out = append(out, Sample{Text: text, Features: s.vocabulary.pairOf(k[0], k[1], s.vocabulary.pairs[k])})
	}
	return out
}

// SamplesOf describes a session for training.
func SamplesOf(in Input) Samples {
	var out Samples
	d := newDocument(inOrder(in), flaggedLines(in.Flags))
	r := d.ranking()
	for n, u := range d.units {
		if d.eligible(n) {
			out.Sentences = append(out.Sentences, Sample{u.text, d.lines[u.lines[0]].Seq, r.features(n)})
		}
	}
	v := d.vocabulary()
	out.document, out.vocabulary = d, v
	for i := range v.all {
		if x := &v.all[i]; x.topic {
			out.Words = append(out.Words, Sample{x.low, d.lines[x.first].Seq, v.features(x, len(d.lines))})
		}
	}
	for i, f := range d.gaps() {
		out.Gaps = append(out.Gaps, Sample{Seq: d.lines[i].Seq, Features: slices.Clone(f)})
	}
	return out
}

// PlainFeatures are how many features of sentences, words, pairs of words and gaps need no list of words of a language.
func PlainFeatures() (sentences, words, pairs, gaps int) {
	return len(plainFeatures), plainTopic, plainPairs, plainGaps
}

// ListSample is a sentence that may be listed as a decision or an action, by its cues.
type ListSample struct {
	Sample
	Kind string
	// Cue is its score by its cues; those of at least ListedByCues would be listed without weights.
	Cue float64
}

// ListedByCues is the least score of a sentence that its cues alone would list.
const ListedByCues = threshold

// ListSamplesOf returns the sentences of a session in English on which the weights of lists are trained.
func ListSamplesOf(in Input) []ListSample {
	d := newDocument(inOrder(in), flaggedLines(in.Flags))
	if !d.english() {
		return nil
	}
	var out []ListSample
	judge := newJudge(d, Lists{})
	for n, u := range d.units {
		c := judge.byCues(n)
		seq := d.lines[u.lines[0]].Seq
		if cue := c.scores[decision]; cue >= leastCue {
			out = append(out, ListSample{Sample{u.text, seq, judge.near.ofDecision(n, &c.sentence, c.choice, c.reply)}, "decision", cue})
		}
		if cue := c.scores[action]; cue >= leastCue {
			out = append(out, ListSample{Sample{u.text, seq, judge.near.ofAction(n, &c.sentence, c.task, cue, c.reply)}, "action", cue})
		}
	}
	return out
}

// Quote is what may be quoted as a highlight: a sentence, a part of one, or one with the sentence before it.
type Quote struct {
	Seq   int // the sequence number of the line in which the sentence begins
	Text  string
	Other bool // not the sentence as it is
}

// QuotesOf returns what may be quoted of a session in English: sentences, each followed by what else of it may be. Once reports whether a
// word in lower case is said once in the session.
func QuotesOf(in Input) (quotes []Quote, once func(low string) bool) {
	d := newDocument(inOrder(in), flaggedLines(in.Flags))
	v := d.vocabulary()
	if !d.english() {
		return nil, v.saidOnce
	}
	for n, u := range d.units {
		if !d.eligible(n) {
			continue
		}
		seq := d.lines[u.lines[0]].Seq
		quotes = append(quotes, Quote{seq, u.text, false})
		if d.follows(n) {
			quotes = append(quotes, Quote{seq, d.quote(n-1, n).Text, true})
		}
		for _, p := range u.parts() {
			quotes = append(quotes, Quote{seq, p, true})
		}
	}
	return quotes, v.saidOnce
}
