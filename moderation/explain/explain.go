// Package explain explains afterwards what rules did: everything stored about a flag, and how a set of rules judges a stored line.
// It only reads the store.
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

// Store is what explanations are read from.
type Store interface {
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	DecisionOfFlag(ctx context.Context, id string) (models.Decision, error)
	Actions(ctx context.Context, session string) ([]models.Action, error)
}

// Explanation is everything stored about a flag. In JSON the flag's own fields are at the top level.
type Explanation struct {
	models.Flag
	// Text is the line as originally transcribed; empty if it is no longer stored, or nothing was said.
	Text string `json:"text,omitempty"`
	// Decision is nil for a flag that was stored without one.
	Decision *models.Decision `json:"decision"`
	Actions  []models.Action  `json:"actions"`
}

// Flag reads everything stored about a flag.
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

// Mask hides the words that matched wherever they occur, and the words of masked lists in set, which may be nil. Stored data is not
// changed.
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

// bare returns a word in lower case without surrounding punctuation.
func bare(w string) string { return strings.ToLower(strings.Trim(w, ` .,;:!?"'()…`)) }
