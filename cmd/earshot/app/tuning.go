package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
	"earshot/moderation/review/record"
)

// StoredSessions reads stored sessions for tuning, in the order given, until the context ends. did is told now and then how many lines
// were given.
func StoredSessions(ctx context.Context, db store.Store, sessions []models.SessionInfo, did func(lines int)) tune.Sessions {
	return func(do func(tune.Session) error) error {
		for _, info := range sessions {
			us, errU := db.Utterances(ctx, info.ID)
			flags, errF := db.Flags(ctx, info.ID)
			people, errP := db.Speakers(ctx, info.ID)
			if err := errors.Join(errU, errF, errP, ctx.Err()); err != nil {
				return err
			}
			slices.SortStableFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
			if err := do(tune.Session{Session: info.Session, People: people, Lines: us, Flags: flags}); err != nil {
				return err
			}
			did(len(us))
		}
		return nil
	}
}

// TuneOptions are the rule files of a profile, for tuning them.
func TuneOptions(cfg configs.Config, profile string) (tune.Options, error) {
	own, ok := cfg.For(profile)
	if !ok || len(own.Rules) == 0 {
		return tune.Options{}, models.WithHint(errors.New("no rules are configured for this profile"), "add some to the setting rules")
	}
	return tune.Options{Load: rulesOptionsOf(own, profile), Paths: own.Rules}, nil
}

// tuner lets the pages change the rules that are in use.
type tuner struct {
	store store.Store
	// inUse gives the sets by profile, "" being that of rooms without one.
	inUse func() map[string]*engine.Set
	cfg   configs.Config
}

// mostTuned bounds the lines that a visitor's tuning looks at: it goes over them twice while somebody waits.
const mostTuned = 6000

// Proposals implements record.Tuner.
func (t tuner) Proposals(ctx context.Context, profile, rule string, since time.Time) (tune.Result, error) {
	opts, result, err := t.tuned(ctx, profile, rule, since)
	if err != nil {
		return result, err
	}
	set, err := (rulebook{t.store, t.inUse}).set(profile)
	if err != nil {
		return result, err
	}
	for i, p := range result.Proposals {
		e, err := opts.Edit(p, "")
		if err != nil {
			p.Warnings = append(p.Warnings, "it cannot be applied here: "+err.Error())
		} else {
			p.Diff = e.Diff()
		}
		result.Proposals[i] = p.Masked(set)
	}
	return result, nil
}

// tuned looks for proposals in the newest sessions.
func (t tuner) tuned(ctx context.Context, profile, rule string, since time.Time) (tune.Options, tune.Result, error) {
	opts, err := TuneOptions(t.cfg, profile)
	if err != nil {
		return opts, tune.Result{}, fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	opts.Rule = rule
	sessions, _, err := SessionsSince(ctx, t.store, "", since)
	if err != nil {
		return opts, tune.Result{}, err
	}
	all, lines := len(sessions), 0
	for i, s := range sessions {
		if lines += s.Utterances; lines > mostTuned && i > 0 {
			sessions = sessions[:i]
			break
		}
	}
	result, err := tune.Run(ctx, opts, StoredSessions(ctx, t.store, sessions, func(int) {}))
	result.Left = all - len(sessions)
	return opts, result, err
}

// Take implements record.Tuner.
func (t tuner) Take(ctx context.Context, profile, rule, id, by string, since time.Time) (record.Taken, error) {
	opts, result, err := t.tuned(ctx, profile, rule, since)
	if err != nil {
		return record.Taken{}, err
	}
	i := slices.IndexFunc(result.Proposals, func(p tune.Proposal) bool { return p.ID == id })
	if i < 0 {
		return record.Taken{}, fmt.Errorf("the proposal no longer applies: %w", models.ErrNotFound)
	}
	p := result.Proposals[i]
	e, err := opts.Edit(p, "")
	var kept string
	if err == nil {
		kept, err = e.Write()
	}
	if err != nil {
		return record.Taken{}, models.WithHint(fmt.Errorf("%w: %w", models.ErrConflict, err),
			"The change was not written: "+err.Error()+`. On the machine, "earshot rules tune --rule `+p.Rule+`" does the same.`)
	}
	set, err := (rulebook{t.store, t.inUse}).set(profile)
	if err != nil {
		set = &engine.Set{}
	}
	out := record.Taken{Rule: p.Rule, File: e.Path, Kept: kept, Diff: p.MaskIn(set, e.Diff())}
	return out, t.store.Note(ctx, by, "changed a rule", p.Rule, "")
}
