package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation"
	"earshot/moderation/review"
)

// rulebook lets the pages try and replay the rules that are in use.
type rulebook struct {
	store *sqlite.Store
	// inUse gives the sets by profile, "" being that of rooms without one.
	inUse func() map[string]*moderation.Set
}

func (b rulebook) set(profile string) (*moderation.Set, error) {
	if set := b.inUse()[profile]; set != nil {
		return set, nil
	}
	return nil, fmt.Errorf("no rules are in use for this profile: %w", models.ErrInvalid)
}

// Sets implements review.Rulebook.
func (b rulebook) Sets() (out []review.RuleSet) {
	for profile, set := range b.inUse() {
		if set == nil {
			continue
		}
		rs := review.RuleSet{Profile: profile, Set: set.String()}
		for _, r := range set.Rules() {
			rs.Rules = append(rs.Rules, review.RuleText{ID: r.ID, Pack: r.Pack, Level: r.Level, Mode: r.Mode, About: r.About})
		}
		out = append(out, rs)
	}
	slices.SortFunc(out, func(a, b review.RuleSet) int { return strings.Compare(a.Profile, b.Profile) })
	return out
}

// Try implements review.Rulebook.
func (b rulebook) Try(profile string, say []string, by models.Role) (out []review.Trial, err error) {
	set, err := b.set(profile)
	if err != nil {
		return nil, err
	}
	verdicts, err := set.Try(moderation.Example{Say: say, By: by, WordP: 1})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	for _, v := range verdicts {
		t := review.Trial{Rule: v.Rule, Pack: v.Pack, Fired: v.Fired, Level: v.Level, Mode: v.Mode, Reaches: v.WouldEnforce, Matched: v.Shown, Why: v.WhyNot}
		if v.Fired {
			t.Why = v.Why
			for _, g := range v.Gates {
				if !g.Passed {
					t.Failed = append(t.Failed, g.Name+": "+g.Why)
				}
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// Replay implements review.Rulebook: the newest sessions first, for what is left out is then the oldest.
func (b rulebook) Replay(ctx context.Context, profile string, since time.Time) (review.Replayed, error) {
	set, err := b.set(profile)
	if err != nil {
		return review.Replayed{}, err
	}
	sessions, _, err := sessionsSince(ctx, b.store, "", since)
	if err != nil {
		return review.Replayed{}, err
	}
	replay := moderation.NewReplay(set)
	out := review.Replayed{Set: set.String()}
	for i, info := range sessions {
		if err := replaySession(ctx, b.store, replay, info.Session, func(int) {}); err != nil {
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return out, err
			}
			out.Left = len(sessions) - i
			break
		}
	}
	out.Sessions, out.Lines = replay.Sessions, replay.Lines
	for _, r := range replay.Rows() {
		out.Rows = append(out.Rows, review.ReplayedRule{Rule: r.Rule, Pack: r.Pack, Fired: r.Fired, Reached: r.WouldEnforce, Confirmed: r.Confirmed, Dismissed: r.Dismissed})
	}
	return out, nil
}

// replaySession runs a session's lines through a replay; did is told now and then how many.
func replaySession(ctx context.Context, store *sqlite.Store, replay *moderation.Replay, session models.Session, did func(lines int)) error {
	us, errU := store.Utterances(ctx, session.ID)
	flags, errF := store.Flags(ctx, session.ID)
	people, errP := store.Speakers(ctx, session.ID)
	if err := errors.Join(errU, errF, errP, ctx.Err()); err != nil {
		return err
	}
	slices.SortStableFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
	replay.Session(session, people, flags)
	const often = 1024
	for i, u := range us {
		replay.Line(u)
		if i%often == often-1 {
			did(often)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	did(len(us) % often)
	return nil
}
