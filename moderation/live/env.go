package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"earshot/models"
)

// planFresh is how long a planned action may be delayed, for instance by a crash: a later one would come as a surprise. It counts
// from the words that led to it, if any.
const planFresh = 2 * time.Minute

// env is what the sessions of a program share; each has a copy with a store of its own. Its methods may be called from any goroutine.
type env struct {
	store  Store
	under  func(session string, epoch int, past func()) Store // nil: the store is for all
	hub    Publisher
	count  Counts
	quota  *Quota
	sounds Sounds
	second *Opinions // nil: none
	log    *slog.Logger
	queue  Queue
	panics *atomic.Uint64
	places *places
	// home and reserved mark the clips that are stored.
	home     string
	reserved time.Duration
	// alone does what one process at a time does; nil: there is only this one.
	alone func(ctx context.Context, work string, do func(context.Context)) bool
	// strikes has the other sessions count what was stored in one.
	strikes func(session string, strikes []models.LedgerEntry)
}

// acted counts and publishes a stored action.
func (v *env) acted(a models.Action) {
	v.count.Acted(a)
	v.hub.Publish(models.Event{SessionID: a.Session, Action: &a})
}

// showEvidence publishes evidence without its audio.
func (v *env) showEvidence(e models.Evidence) {
	e.ID, e.Ogg = models.EvidenceID(e.Utterance), nil
	v.hub.Publish(models.Event{SessionID: e.Utterance.Session, Evidence: &e})
}

// readable returns err, except that it logs and drops models.ErrUnreadable: the readable rest is used.
func (v *env) readable(session string, err error) error {
	if models.Readable(err) == nil && err != nil {
		v.log.Error("some of what was decided cannot be read; the rest is used", "session", session, "err", err)
	}
	return models.Readable(err)
}

// gone reports whether a decision has been erased.
func (v *env) gone(ctx context.Context, decision string) bool {
	_, err := v.store.Decision(ctx, decision)
	return errors.Is(err, models.ErrNotFound)
}

// outside reports whether a verb does not need the bot to be in a room.
func outside(v models.Verb) bool { return v == models.VerbTell || v == models.VerbRedact }

// doOutside carries out an action with an outside verb, stores and publishes it.
func (v *env) doOutside(ctx context.Context, a models.Action) (models.Action, error) {
	a.Sent = time.Now().UTC()
	if a.Verb == models.VerbTell {
		a = v.tell(ctx, a)
	} else { // words were masked with the line
		a.State, a.Seen = models.ActionSeen, a.Sent
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := v.store.SetAction(keep, a); err != nil {
		return a, err
	}
	v.acted(a)
	return a, nil
}

// outsideRooms carries out actions with outside verbs when no executor does.
func (v *env) outsideRooms(session string, actions []models.Action) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, a := range actions {
		if !outside(a.Verb) {
			continue
		}
		if _, err := v.doOutside(ctx, a); err != nil {
			v.log.Error("action not stored", "session", session, "action", a.ID, "err", err)
		}
	}
}

// tell stores the notices that a rule sends: to the target that it names, or to all targets of the room. They are stored under the
// action's id before the action counts as done, so that a crash in between causes no duplicates.
func (v *env) tell(ctx context.Context, a models.Action) models.Action {
	decision, err := v.store.Decision(ctx, a.Decision)
	if err == nil {
		err = v.store.Tell(ctx, a.ID, a.Session, decision.Flag, a.Webhook)
	}
	now := time.Now().UTC()
	switch {
	case err == nil:
		a.State, a.Seen = models.ActionSeen, now
	case errors.Is(err, models.ErrNotFound) && a.Webhook != "":
		a.State, a.Error = models.ActionFailed, fmt.Sprintf("no target of notices is named %q", a.Webhook)
	default:
		a.State, a.Error = models.ActionFailed, "the notice could not be stored"
		v.log.Error("notice not stored", "session", a.Session, "action", a.ID, "err", err)
	}
	return a
}

// release makes a restriction end as soon as the bot is in the room again.
func (v *env) release(ctx context.Context, room, person string, verb models.Verb) error {
	all, err := v.store.Restrictions(ctx, room)
	for _, r := range all {
		if r.Person == person && r.Verb == verb {
			r.Until = time.Now().UTC()
			return v.store.PutRestriction(ctx, r)
		}
	}
	return err
}

// saidLongAgo reports whether the words that led to a rule's action are too old.
func (v *env) saidLongAgo(ctx context.Context, a models.Action) bool {
	if a.By != "rule" || a.Decision == "" || outside(a.Verb) {
		return false
	}
	x, err := v.store.Decision(ctx, a.Decision)
	return err == nil && !x.Said.IsZero() && models.Age(x.Said, time.Now()) > planFresh
}

// lapsePlan records that an action is too late. A restriction that it was to lift ends when the bot is in the room again.
func (v *env) lapsePlan(ctx context.Context, a models.Action) error {
	a.State, a.Error = models.ActionFailed, "not done: the bot could not do it within two minutes, and now it would come too late"
	if back := a.Verb.Undoes(); back != "" {
		a.Error = "the bot could not do it within two minutes: it is done when the bot is back, or by a host in the room itself"
		session, err := v.store.Session(ctx, a.Session)
		if err == nil {
			err = v.release(ctx, session.Room, a.TargetID, back)
		}
		if err != nil {
			return err
		}
	}
	if err := v.store.SetAction(ctx, a); err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	v.acted(a)
	return nil
}

// lapsePlans lapses the actions of all rooms that were planned before a time and never begun.
func (v *env) lapsePlans(ctx context.Context, before time.Time) {
	overdue, err := v.store.OverduePlans(ctx, before)
	err = v.readable("", err)
	for _, a := range overdue {
		err = errors.Join(err, v.lapsePlan(ctx, a))
	}
	if err != nil && ctx.Err() == nil {
		v.log.Error("cannot store that planned actions have lapsed", "err", err)
	}
}
