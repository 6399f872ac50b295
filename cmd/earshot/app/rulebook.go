package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
	"earshot/moderation/review/record"
)

// rulebook lets the pages try and replay the rules that are in use.
type rulebook struct {
	store store.Store
	// inUse gives the sets by profile, "" being that of rooms without one.
	inUse func() map[string]*engine.Set
}

func (b rulebook) set(profile string) (*engine.Set, error) {
	if set := b.inUse()[profile]; set != nil {
		return set, nil
	}
	return nil, fmt.Errorf("no rules are in use for this profile: %w", models.ErrInvalid)
}

// Sets implements record.Rulebook.
func (b rulebook) Sets() (out []record.RuleSet) {
	for profile, set := range b.inUse() {
		if set == nil {
			continue
		}
		rs := record.RuleSet{Profile: profile, Set: set.String()}
		for _, r := range set.Rules() {
			rs.Rules = append(rs.Rules, record.RuleText{ID: r.ID, Pack: r.Pack, Level: r.Level, Mode: r.Mode, About: r.About, Title: r.Title})
		}
		out = append(out, rs)
	}
	slices.SortFunc(out, func(a, b record.RuleSet) int { return strings.Compare(a.Profile, b.Profile) })
	return out
}

// Text implements record.Rulebook.
func (b rulebook) Text(profile, rule string) string {
	set, err := b.set(profile)
	if err != nil {
		return ""
	}
	return set.Text(rule)
}

// Try implements record.Rulebook.
func (b rulebook) Try(profile string, e engine.Example) (engine.Tried, error) {
	set, err := b.set(profile)
	if err != nil {
		return engine.Tried{}, err
	}
	e.Show = false
	out, err := set.Report(e, true)
	if err != nil {
		return out, fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	return out, nil
}

// Replay implements record.Rulebook: the newest sessions first, for what is left out is then the oldest.
func (b rulebook) Replay(ctx context.Context, profile, room string, since time.Time) (engine.Replayed, error) {
	set, err := b.set(profile)
	if err != nil {
		return engine.Replayed{}, err
	}
	sessions, _, err := SessionsSince(ctx, b.store, room, since)
	if err != nil {
		return engine.Replayed{}, err
	}
	replay, left := engine.NewReplay(set), 0
	for i, info := range sessions {
		if err := ReplaySession(ctx, b.store, replay, info.Session, func(int) {}); err != nil {
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return engine.Replayed{}, err
			}
			left = len(sessions) - i
			break
		}
	}
	out := replay.Report()
	out.Left = left
	return out, nil
}

// ReplaySession runs a session's lines through a replay; did is told now and then how many.
func ReplaySession(ctx context.Context, store store.Store, replay *engine.Replay, session models.Session, did func(lines int)) error {
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

// SessionsSince lists the sessions that began at a time or later, the newest first, and counts their lines.
func SessionsSince(ctx context.Context, store store.Sessions, room string, since time.Time) ([]models.SessionInfo, int, error) {
	var out []models.SessionInfo
	lines := 0
	q := models.SessionQuery{Room: room, Limit: 1000}
	for {
		page, err := store.Sessions(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for _, s := range page {
			if s.Started.Before(since) {
				return out, lines, nil
			}
			out = append(out, s)
			lines += s.Utterances
		}
		if len(page) < q.Limit {
			return out, lines, nil
		}
		q.Before = page[len(page)-1].Started
	}
}
