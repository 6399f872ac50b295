package summary

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
		if i > 0 {
			out.Gaps = append(out.Gaps, Sample{Seq: d.lines[i].Seq, Features: f})
		}
	}
	return out
}

// PlainFeatures are how many features of sentences, words, pairs of words and gaps need no list of words of a language.
func PlainFeatures() (sentences, words, pairs, gaps int) {
	return len(plainFeatures), plainTopic, plainPairs, plainGaps
}
