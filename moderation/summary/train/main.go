// Command train makes the weights of summaries from meetings that people summed up, and reports how good they are.
//
//	go run ./moderation/summary/train FOLDER               reports, cross-validated on train.jsonl.gz, then on val.jsonl.gz
//	go run ./moderation/summary/train -write FILE FOLDER   writes weights trained on all of train.jsonl.gz
//	go run ./moderation/summary/train -lists MEETINGS -write FILE FOLDER
//	                                                       writes weights of lists, trained on judged meetings of both
//	go run ./moderation/summary/train -quotes FOLDER       reports how networks read quotes of meetings that they were not trained on
//	go run ./moderation/summary/train -quotes -write FILE FOLDER
//	                                                       writes a network trained on all that were judged
//
// A meeting is a line of JSON: its id, its turns, a person's summary and topics (see package evaluate). Nothing of their
// text gets into the weights but which words are frequent, and how often summaries use the words of grammar.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
)

// Penalties, chosen by cross-validation.
const (
	folds           = 9
	damageSeed      = 7
	unknown         = "xx" // no language
	sentencePenalty = 20
	wordPenalty     = 10
	pairPenalty     = 10
	gapPenalty      = 30
)

// How highlights are chosen, found by cross-validation.
var (
	choice    = summary.Choice{Words: 112, Least: 7, Terms: 2, Pairs: 3, Length: 0.9, Rank: 0.05, Topic: 1, Speaker: 0.01, Chapter: 0.01}
	anyChoice = summary.Choice{Words: 112, Least: 7, Terms: 2, Pairs: 3, Length: 0.5, Rank: 0.2, Topic: 1, Speaker: 0.015, Chapter: 0.015}
)

func main() {
	write := flag.String("write", "", "write the weights to this `FILE`")
	public := flag.String("lists", "", "train the weights of lists, on this `FILE` of public meetings too")
	read := flag.Bool("quotes", false, "train the model that reads quotes")
	flag.Parse()
	train := func() error { return run(flag.Arg(0), *write) }
	if *public != "" {
		train = func() error { return lists(flag.Arg(0), *public, *write) }
	}
	if *read {
		train = func() error { return quotes(flag.Arg(0), *write) }
	}
	if err := train(); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// learned is a meeting as samples with labels, in English and as a language that is not known.
type learned struct {
	evaluate.Meeting
	reference  []string
	bigrams    map[string]bool
	known, any labelled
}

type labelled struct {
	samples                summary.Samples
	sentences, words, gaps []example
}

func learn(m evaluate.Meeting) *learned {
	l := &learned{Meeting: m, reference: evaluate.Tokens(m.Summary), bigrams: map[string]bool{}}
	for i := 1; i < len(l.reference); i++ {
		l.bigrams[l.reference[i-1]+" "+l.reference[i]] = true
	}
	l.known, l.any = l.labelled("en"), l.labelled(unknown)
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
	return labelled{
		samples:   s,
		sentences: examples(s.Sentences, best(s.Sentences, l.reference)),
		words:     examples(s.Words, words),
		gaps:      examples(s.Gaps, starts(s.Gaps, l.Starts())),
	}
}

func examples(samples []summary.Sample, labels []float64) []example {
	out := make([]example, len(samples))
	for i, s := range samples {
		out[i] = example{s.Features, labels[i]}
	}
	return out
}

func weights(of []*learned) summary.Weights {
	var known, foreign labelled
	for _, l := range of {
		known.add(l.known)
		foreign.add(l.any)
	}
	sentences, words, pairs, gaps := summary.PlainFeatures()
	out := summary.Weights{
		Choice: choice, AnyChoice: anyChoice,
		Sentences:     fit(summary.SentenceFeatures(), known.sentences, sentencePenalty),
		Vocabulary:    grammar(of),
		Gaps:          fit(summary.GapFeatures(), known.gaps, gapPenalty),
		AnySentences:  fit(summary.SentenceFeatures()[:sentences], foreign.sentences, sentencePenalty),
		AnyVocabulary: summary.Vocabulary{Topic: fit(summary.TopicFeatures()[:words], foreign.words, wordPenalty)},
		AnyGaps:       fit(summary.GapFeatures()[:gaps], foreign.gaps, gapPenalty),
	}
	out.Vocabulary.Topic = fit(summary.TopicFeatures(), known.words, wordPenalty)
	out.Vocabulary.Pairs = pairsOf(summary.PairFeatures(), of, out.Vocabulary, func(l *learned) summary.Samples { return l.known.samples })
	out.AnyVocabulary.Pairs = pairsOf(summary.PairFeatures()[:pairs], of, out.AnyVocabulary,
		func(l *learned) summary.Samples { return l.any.samples })
	return out
}

// keptPairs is the share of the pairs of words that no summary has, and that training needs to see.
const keptPairs = 4

// pairsOf trains on words side by side, once it is known how the words alone are judged. Of those that no summary has one in
// keptPairs is seen; that makes all of them look likelier by the same factor, which is taken off.
func pairsOf(names []string, of []*learned, v summary.Vocabulary, samples func(*learned) summary.Samples) summary.Linear {
	var all []example
	skipped := 0
	for _, l := range of {
		for _, s := range samples(l).Pairs(v) {
			if !l.bigrams[s.Text] {
				if skipped++; skipped%keptPairs != 0 {
					continue
				}
				all = append(all, example{s.Features, 0})
				continue
			}
			all = append(all, example{s.Features, 1})
		}
	}
	out := fit(names, all, pairPenalty)
	out.Bias -= math.Log(keptPairs)
	return out
}

func (l *labelled) add(more labelled) {
	l.sentences = append(l.sentences, more.sentences...)
	l.words = append(l.words, more.words...)
	l.gaps = append(l.gaps, more.gaps...)
}

func run(folder, write string) error {
	meetings, err := evaluate.Read(filepath.Join(folder, "train.jsonl.gz"))
	if err != nil {
		return err
	}
	var all []*learned
	for _, m := range meetings {
		all = append(all, learn(m))
	}
	if write != "" {
		return store(write, weights(all), len(all))
	}
	crossValidate(all)
	if err := reportLists(meetings); err != nil {
		return err
	}
	return validate(filepath.Join(folder, "val.jsonl.gz"), weights(all))
}

// crossValidate reports on each meeting by weights that were trained without it.
func crossValidate(all []*learned) {
	var known, foreign evaluate.Scores
	for f := range folds {
		var of []*learned
		for i, l := range all {
			if i%folds != f {
				of = append(of, l)
			}
		}
		w := weights(of)
		for i, l := range all {
			if i%folds == f {
				score(l.Meeting, w, &known, &foreign)
			}
		}
	}
	report("train, cross-validated", known, foreign)
}

// reportLists compares what is listed with the labels. It needs no training.
func reportLists(meetings []evaluate.Meeting) error {
	sets, err := evaluate.ReadLabels()
	if err != nil {
		return err
	}
	for _, set := range sets {
		l := evaluate.Listed{Set: set}
		for _, m := range meetings {
			if set.Labels[m.ID] != nil {
				l.Add(m, summary.Make(m.Input()))
			}
		}
		if l.Meetings > 0 {
			fmt.Println(l)
		}
	}
	return nil
}

func validate(name string, w summary.Weights) error {
	meetings, err := evaluate.Read(name)
	if err != nil {
		return err
	}
	var known, foreign evaluate.Scores
	for _, m := range meetings {
		score(m, w, &known, &foreign)
	}
	report("val", known, foreign)
	if err := reportLists(meetings); err != nil {
		return err
	}
	for _, share := range []float64{0.1, 0.2, 0.3} {
		var hurt evaluate.Scores
		for _, m := range meetings {
			m = evaluate.Damaged(m, share, damageSeed)
			hurt.Add(m, summary.MakeWith(m.Input(), w))
		}
		fmt.Printf("%-30s %s\n", fmt.Sprintf("val, %.0f %% of words wrong:", 100*share), hurt)
	}
	return nil
}

func report(part string, known, foreign evaluate.Scores) {
	fmt.Printf("%-30s %s\n%-30s %s\n", part+":", known, part+", no known language:", foreign)
}

func score(m evaluate.Meeting, w summary.Weights, known, foreign *evaluate.Scores) {
	in := m.Input()
	known.Add(m, summary.MakeWith(in, w))
	for i := range in.Utterances {
		in.Utterances[i].Language = unknown
	}
	foreign.Add(m, summary.MakeWith(in, w))
}

func store(name string, w summary.Weights, meetings int) error {
	w.Source = fmt.Sprintf("trained by moderation/summary/train on the %d meetings of QMSum's training part "+
		"(Zhong et al., NAACL 2021; AMI, ICSI, parliaments)", meetings)
	data, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o644)
}
