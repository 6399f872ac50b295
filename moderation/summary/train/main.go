// Command train makes the weights of summaries from meetings that people summed up, and reports how good they are.
//
//	go run ./moderation/summary/train FOLDER             cross-validated on FOLDER/train.jsonl.gz, then on val.jsonl.gz
//	go run ./moderation/summary/train -write FOLDER      writes moderation/summary/weights.json
//
// A meeting is a line of JSON: its id, its turns, a person's summary and topics (see package evaluate). Nothing of their
// text gets into the weights but how often summaries use the words of grammar.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
)

// Penalties, chosen by cross-validation.
const (
	folds           = 9
	sentencePenalty = 20
	wordPenalty     = 10
	gapPenalty      = 10
)

// How highlights are chosen, found by cross-validation.
var (
	choice    = summary.Choice{Words: 112, Least: 7, Terms: 2, Pairs: 1, Length: 0.85, Rank: 0.1, Topic: 1, Speaker: 0.015, Chapter: 0.015}
	anyChoice = summary.Choice{Words: 112, Least: 7, Terms: 2, Pairs: 1, Length: 0.5, Rank: 0.2, Topic: 1, Speaker: 0.015, Chapter: 0.015}
)

func main() {
	write := flag.String("write", "", "write the weights to this `FILE`")
	val := flag.Bool("val", false, "report on the validation meetings too")
	flag.Parse()
	if err := run(flag.Arg(0), *write, *val); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// learned is a meeting as samples with labels, in English and as a language that is not known.
type learned struct {
	evaluate.Meeting
	reference  []string
	known, any labelled
}

type labelled struct {
	sentences, words, gaps []example
}

func learn(m evaluate.Meeting) *learned {
	l := &learned{Meeting: m, reference: evaluate.Tokens(m.Summary)}
	l.known, l.any = l.labelled("en"), l.labelled("xx")
	return l
}

func (l *learned) labelled(language string) labelled {
	in := l.Input()
	for i := range in.Utterances {
		in.Utterances[i].Language = language
	}
	s := summary.SamplesOf(in)
	has := map[string]bool{}
	for _, w := range l.reference {
		has[w] = true
	}
	words := make([]float64, len(s.Words))
	for i, w := range s.Words {
		if has[w.Text] {
			words[i] = 1
		}
	}
	return labelled{examples(s.Sentences, best(s.Sentences, l.reference)), examples(s.Words, words), examples(s.Gaps, starts(s.Gaps, l.Starts()))}
}

func examples(samples []summary.Sample, labels []float64) []example {
	out := make([]example, len(samples))
	for i, s := range samples {
		out[i] = example{s.Features, labels[i]}
	}
	return out
}

func weights(of []*learned) summary.Weights {
	var known, any labelled
	for _, l := range of {
		for _, p := range []struct {
			to   *labelled
			from labelled
		}{{&known, l.known}, {&any, l.any}} {
			p.to.sentences = append(p.to.sentences, p.from.sentences...)
			p.to.words = append(p.to.words, p.from.words...)
			p.to.gaps = append(p.to.gaps, p.from.gaps...)
		}
	}
	s, w, g := summary.PlainFeatures()
	return summary.Weights{
		Choice: choice, AnyChoice: anyChoice,
		Sentences:     fit(summary.SentenceFeatures(), known.sentences, sentencePenalty),
		Vocabulary:    summary.Vocabulary{Topic: fit(summary.TopicFeatures(), known.words, wordPenalty), Grammar: grammar(of)},
		Gaps:          fit(summary.GapFeatures(), known.gaps, gapPenalty),
		AnySentences:  fit(summary.SentenceFeatures()[:s], any.sentences, sentencePenalty),
		AnyVocabulary: summary.Vocabulary{Topic: fit(summary.TopicFeatures()[:w], any.words, wordPenalty)},
		AnyGaps:       fit(summary.GapFeatures()[:g], any.gaps, gapPenalty),
	}
}

func run(folder, write string, val bool) error {
	meetings, err := evaluate.Read(filepath.Join(folder, "train.jsonl.gz"))
	if err != nil {
		return err
	}
	var all []*learned
	for _, m := range meetings {
		all = append(all, learn(m))
	}
	var known, any evaluate.Scores
	ws := make([]summary.Weights, folds)
	for f := range folds {
		var of []*learned
		for i, l := range all {
			if i%folds != f {
				of = append(of, l)
			}
		}
		ws[f] = weights(of)
		for i, l := range all {
			if i%folds == f {
				score(l.Meeting, ws[f], &known, &any)
			}
		}
	}
	fmt.Println("train, cross-validated:", known)
	fmt.Println("  as no known language:", any)
	if b, err := json.Marshal(ws); err == nil {
		_ = os.WriteFile("/tmp/summary/folds.json", b, 0o600)
	}
	if !val && write == "" {
		return nil
	}
	w := weights(all)
	if val {
		vs, err := evaluate.Read(filepath.Join(folder, "val.jsonl.gz"))
		if err != nil {
			return err
		}
		var known, any evaluate.Scores
		for _, m := range vs {
			score(m, w, &known, &any)
		}
		fmt.Println("val:                   ", known)
		fmt.Println("  as no known language:", any)
	}
	if write == "" {
		return nil
	}
	w.Source = fmt.Sprintf("trained by moderation/summary/train on %d meetings of QMSum's training part (AMI, ICSI, parliaments)", len(all))
	data, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(write, append(data, '\n'), 0o644)
}

func score(m evaluate.Meeting, w summary.Weights, known, any *evaluate.Scores) {
	in := m.Input()
	known.Add(m, summary.MakeWith(in, w))
	for i := range in.Utterances {
		in.Utterances[i].Language = "xx"
	}
	any.Add(m, summary.MakeWith(in, w))
}
