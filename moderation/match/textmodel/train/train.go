package train

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match/labelled"
	"earshot/moderation/match/textmodel"
)

// Trained is a model with what it gained and lost.
type Trained struct {
	File   []byte
	Report Report
}

// Run trains on four fifths of the lines and measures on the rest. The error is one of Take or Enough, that of a From which is no
// model, or the cause why the context ended.
func Run(ctx context.Context, lines []labelled.Line, opts Options) (*Trained, error) {
	before, weights := textmodel.Shipped(), (*textmodel.Weights)(nil)
	if opts.From != nil {
		var err error
		if weights, err = textmodel.ReadWeights(opts.From); err != nil {
			return nil, fmt.Errorf("the model that is to be extended: %w", err)
		}
		if before, err = textmodel.Read(opts.From); err != nil {
			return nil, err
		}
	}
	taken, err := Take(before, lines)
	if err == nil {
		err = taken.Enough(opts.From != nil)
	}
	if err != nil {
		return nil, err
	}
	kept, scale, held := taken.split()
	if weights == nil {
		weights = fresh(taken.Labels, before, kept, opts)
	} else if err := extendable(weights, taken.Labels, opts.Languages); err != nil {
		return nil, err
	}
	if opts.Name != "" {
		weights.Name = opts.Name
	}
	weights.Origin = taken.origin(before, opts)
	if err := trainWeights(ctx, weights, kept, opts); err != nil {
		return nil, err
	}
	return finish(weights, before, taken, scale, held, opts)
}

// origin is what the file tells of its making.
func (ls *Lines) origin(before *textmodel.Model, opts Options) *textmodel.Origin {
	o := &textmodel.Origin{Lines: len(ls.All), Labels: map[string]int{}, Sum: ls.sum, Seed: opts.Seed}
	if opts.From != nil {
		o.From, o.Name = before.Sum(), before.Name
	}
	for _, label := range ls.Labels {
		k := slices.Index(textmodel.Labels[:], label)
		o.Labels[label] = ls.count(func(l Line) bool { return l.is[k] == yes })
	}
	return o
}

// extendable refuses labels that the model has no weights for, and adds languages.
func extendable(w *textmodel.Weights, labels, languages []string) error {
	for _, label := range labels {
		if !slices.Contains(w.Labels, label) {
			return models.WithHint(fmt.Errorf("the model that is to be extended knows %s, but not %s", strings.Join(w.Labels, ", "), label),
				"leave --from out to make a model from your lines alone, or take the label out of them")
		}
	}
	for _, l := range languages {
		if !slices.Contains(w.Languages, l) {
			w.Languages = append(w.Languages, l)
		}
	}
	return nil
}

// trainWeights trains the weights.
func trainWeights(ctx context.Context, w *textmodel.Weights, lines []Line, opts Options) error {
	_, read, err := made(w)
	if err != nil {
		return err
	}
	c := &course{weights: w, read: read, labels: labelsOf(w.Labels), extends: opts.From != nil, seed: opts.Seed}
	c.prepare(lines)
	done := 0
	c.did = func(n int) {
		if done += n; opts.Progress != nil {
			opts.Progress(done, c.steps())
		}
	}
	return c.run(ctx)
}

// finish sets the scale of the scores, makes the file and measures it.
func finish(w *textmodel.Weights, before *textmodel.Model, all *Lines, scale, held []Line, opts Options) (*Trained, error) {
	_, after, err := made(w)
	if err != nil {
		return nil, err
	}
	calibrate(w, before, after, scale, opts.From != nil)
	if _, after, err = made(w); err != nil {
		return nil, err
	}
	w.Alarms = textmodel.MeasureAlarms(after, harmlessWords(held)) // the shipped model's figures are not this one's
	file, after, err := made(w)
	if err != nil {
		return nil, err
	}
	return &Trained{File: file, Report: measure(before, after, all, held, opts.From != nil)}, nil
}

// harmlessWords are the words of the harmless ones among some lines.
func harmlessWords(lines []Line) (out [][]string) {
	for _, l := range lines {
		if l.harmless() {
			out = append(out, l.words)
		}
	}
	return out
}

// made are weights as a file, and as the model that is read from it.
func made(w *textmodel.Weights) ([]byte, *textmodel.Model, error) {
	file, err := w.File()
	if err != nil {
		return nil, nil, err
	}
	m, err := textmodel.Read(file)
	if err != nil {
		return nil, nil, fmt.Errorf("the training went astray; another seed may help: %w", err)
	}
	return file, m, nil
}
