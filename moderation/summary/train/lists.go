package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
)

// Of the weights of lists: the penalty, chosen by cross-validation, and how likely an item is one at least.
const (
	listPenalty  = 50
	listFolds    = 9
	decisionFrom = 0.6
	actionFrom   = 0.6
)

// listExample is a sentence that may be listed, with how likely it is one.
type listExample struct {
	example
	meeting, kind string
	cue           float64
}

// lists trains the weights of lists on the labelled meetings of a folder and on judged public ones, and reports how well they do.
func lists(folder, public, write string) error {
	meetings, err := evaluate.Read(filepath.Join(folder, "train.jsonl.gz"))
	if err != nil {
		return err
	}
	more, err := evaluate.Read(public)
	if err != nil {
		return err
	}
	labels, err := newListLabels()
	if err != nil {
		return err
	}
	var all []listExample
	for _, m := range slices.Concat(meetings, more) {
		all = append(all, labels.of(m.ID, func() []summary.ListSample { return summary.ListSamplesOf(m.Input()) })...)
	}
	return fitLists(all, write)
}

func fitLists(all []listExample, write string) error {
	out := summary.Lists{
		Source: fmt.Sprintf("trained by moderation/summary/train on %d sentences of QMSum's training part, akash-network/community, "+
			"WebAssembly/meetings, tc39/notes, ethereum/pm and w3c-ccg/meetings, judged for Earshot", len(all)),
		DecisionFrom: decisionFrom, ActionFrom: actionFrom,
	}
	for kind, into := range map[string]*summary.Linear{"decision": &out.Decisions, "action": &out.Actions} {
		names := summary.DecisionFeatures()
		if kind == "action" {
			names = summary.ActionFeatures()
		}
		of := slices.DeleteFunc(slices.Clone(all), func(e listExample) bool { return e.kind != kind })
		reportList(kind, names, of)
		*into = fit(names, plain(of), listPenalty)
	}
	if write == "" {
		return nil
	}
	data, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(write, append(data, '\n'), 0o644)
}

func plain(of []listExample) []example {
	out := make([]example, len(of))
	for i, e := range of {
		out[i] = e.example
	}
	return out
}

// reportList says, cross-validated by meeting, how many of the items that are listed from some likelihood on are right.
func reportList(kind string, names []string, of []listExample) {
	order := []string{}
	for _, e := range of {
		if !slices.Contains(order, e.meeting) {
			order = append(order, e.meeting)
		}
	}
	type judged struct{ likely, label float64 }
	var got []judged
	byCue, rightByCue := 0, 0.0
	for f := range listFolds {
		in := func(e listExample) bool { return slices.Index(order, e.meeting)%listFolds == f }
		l := fit(names, plain(slices.DeleteFunc(slices.Clone(of), in)), listPenalty)
		for _, e := range of {
			if in(e) {
				s := l.Bias
				for i, w := range l.Weights {
					s += w * e.features[i]
				}
				got = append(got, judged{1 / (1 + math.Exp(-s)), e.label})
				if e.cue >= summary.ListedByCues {
					byCue++
					rightByCue += math.Round(e.label)
				}
			}
		}
	}
	slices.SortFunc(got, func(a, b judged) int { return cmp.Compare(b.likely, a.likely) })
	fmt.Printf("%ss: %d sentences, of which cues alone list %d, %.0f right;", kind, len(of), byCue, rightByCue)
	for _, least := range []float64{0.5, 0.6, 0.65, 0.7, 0.8} {
		n, right := 0, 0.0
		for _, g := range got {
			if g.likely >= least {
				n++
				right += math.Round(g.label)
			}
		}
		fmt.Printf(" from %.2f on: %.0f of %d;", least, right, n)
	}
	fmt.Println()
}

// listLabels says what is known of the sentences of the meetings.
type listLabels struct {
	judged evaluate.Judged
	sets   []evaluate.LabelSet
}

func newListLabels() (listLabels, error) {
	judged, err := evaluate.ReadJudged()
	if err != nil {
		return listLabels{}, err
	}
	sets, err := evaluate.ReadLabels()
	return listLabels{judged, sets}, err
}

// of are the sentences of a meeting of which it is known how likely they are items. Where only listed items were judged, nothing is
// known of the others.
func (l listLabels) of(id string, samples func() []summary.ListSample) []listExample {
	sets := slices.DeleteFunc(slices.Clone(l.sets), func(s evaluate.LabelSet) bool { return s.Labels[id] == nil })
	if len(sets) == 0 && l.judged[id] == nil {
		return nil
	}
	var out []listExample
	for _, s := range samples() {
		label, known := l.judged[id][s.Kind][s.Seq]
		for _, set := range sets {
			if !set.Listed || s.Cue >= summary.ListedByCues {
				label, known = share(slices.Contains(set.Labels[id][s.Kind], s.Seq), 1), true
			}
		}
		if known {
			out = append(out, listExample{example{s.Features, label}, id, s.Kind, s.Cue})
		}
	}
	return out
}
