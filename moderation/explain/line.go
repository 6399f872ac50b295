package explain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/moderation/engine"
)

// Lines provides the lines of a session to be judged again.
type Lines interface {
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
}

// Line judges a session's lines again in order, up to the one at a time or else the nearest to it, and returns that line with the
// result of each rule. The time is in ms from the session's start; show leaves words of masked lists readable. models.ErrNotFound:
// nothing was said in the session.
func Line(
	ctx context.Context, store Lines, set *engine.Set, session models.Session, at int64, show bool,
) (models.Utterance, []engine.Verdict, error) {
	us, errU := store.Utterances(ctx, session.ID)
	people, errP := store.Speakers(ctx, session.ID)
	if err := errors.Join(errU, errP); err != nil {
		return models.Utterance{}, nil, err
	}
	if len(us) == 0 {
		return models.Utterance{}, nil, fmt.Errorf("nothing was said in session %s: %w", session.ID, models.ErrNotFound)
	}
	slices.SortStableFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
	away := func(u models.Utterance) int64 { return max(u.StartMS-at, at-u.EndMS, 0) }
	wanted := slices.MinFunc(us, func(a, b models.Utterance) int { return cmp.Compare(away(a), away(b)) })
	again := engine.NewSession(set, session)
	for _, p := range people {
		again.Person(p)
	}
	for _, u := range us {
		if u.Key == wanted.Key {
			break
		}
		again.Judge(u)
	}
	return wanted, again.Explain(wanted, show), nil
}
