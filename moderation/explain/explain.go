// Package explain says after the fact what rules did: all that is stored of a flag, and what a set of rules makes of a line that
// was said. It reads the record and changes nothing.
package explain

import (
	"context"
	"errors"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/condition"
)

// Store is what an explanation is read from.
type Store interface {
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	DecisionOfFlag(ctx context.Context, id string) (models.Decision, error)
	Actions(ctx context.Context, session string) ([]models.Action, error)
}

// Explanation is all that is stored of a flag. As JSON the flag's own fields are at the top.
type Explanation struct {
	models.Flag
	// Text is the line as it was first heard; empty when it is no longer kept, or nothing was said.
	Text string `json:"text,omitempty"`
	// Decision is nil for a flag that was stored without one.
	Decision *models.Decision `json:"decision"`
	Actions  []models.Action  `json:"actions"`
}

// Flag reads what is stored of a flag.
func Flag(ctx context.Context, store Store, f models.Flag) (Explanation, error) {
	e := Explanation{Flag: f, Actions: []models.Action{}}
	switch u, err := store.Utterance(ctx, f.Utterance); {
	case err == nil:
		e.Text = u.Text
	case !errors.Is(err, models.ErrNotFound):
		return e, err
	}
	d, err := store.DecisionOfFlag(ctx, f.ID)
	if errors.Is(err, models.ErrNotFound) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	e.Decision = &d
	actions, err := store.Actions(ctx, f.Session)
	for _, x := range actions {
		if x.Decision == d.ID {
			e.Actions = append(e.Actions, x)
		}
	}
	return e, models.Readable(err)
}

// Mask hides the words that matched wherever they stand, and the words of masked lists in set, which may be nil. What was read
// from the store stays as it is.
func (e *Explanation) Mask(set *engine.Set) {
	matched := map[string]bool{}
	for _, w := range e.Matched {
		matched[bare(w.Text)] = true
	}
	text := func(s string) string {
		if set != nil {
			s = set.Mask(s)
		}
		words := strings.Fields(s)
		for i, w := range words {
			if matched[bare(w)] {
				words[i] = condition.Mask(w)
			}
		}
		return strings.Join(words, " ")
	}
	e.Text, e.Matched = text(e.Text), masked(e.Matched)
	if e.Decision == nil {
		return
	}
	d := *e.Decision
	d.Matched = masked(d.Matched)
	if d.SecondLook != nil {
		look := *d.SecondLook
		look.Text = text(look.Text)
		d.SecondLook = &look
	}
	e.Decision = &d
}

func masked(words []models.Word) []models.Word {
	words = slices.Clone(words)
	for i := range words {
		words[i].Text = condition.Mask(words[i].Text)
	}
	return words
}

// bare is a word without case and without the punctuation around it.
func bare(w string) string { return strings.ToLower(strings.Trim(w, ` .,;:!?"'()…`)) }
