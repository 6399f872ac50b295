package summary

// Sample is a sentence, a word or a gap as the trained weights see it.
type Sample struct {
	// Text is the sentence or the word; empty for a gap.
	Text string
	// Seq is that of the line in which it begins, or which follows the gap.
	Seq      int
	Features []float64
}

// Samples are what the weights are trained on.
type Samples struct {
	Sentences, Words, Gaps []Sample
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
	for i := range v.all {
		if x := &v.all[i]; x.topic {
			out.Words = append(out.Words, Sample{x.low, d.lines[x.first].Seq, v.features(x, len(d.lines), v.words())})
		}
	}
	for i, f := range d.gaps() {
		if i > 0 {
			out.Gaps = append(out.Gaps, Sample{Seq: d.lines[i].Seq, Features: f})
		}
	}
	return out
}

// PlainFeatures are how many features of sentences, words and gaps need no list of words of a language.
func PlainFeatures() (sentences, words, gaps int) { return len(plainFeatures), plainTopic, plainGaps }
