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

// planFresh is how long a planned action may still be carried out after a crash between the verdict and the action: a late one
// would take people by surprise. It counts from the words that led to it, where there were any.
const planFresh = 2 * time.Minute

// env is what all sessions of a program share. Its methods may be called from any goroutine.
type env struct {
	store  Store
	hub    Publisher
	count  Counts
	quota  *Quota
	sounds Sounds
	second *Opinions // nil: nobody is asked
	log    *slog.Logger
	queue  Queue
	panics atomic.Uint64
	places *places
}

// acted counts and shows an action that was stored.
func (v *env) acted(a models.Action) {
	v.count.Acted(a)
	v.hub.Publish(models.Event{SessionID: a.Session, Action: &a})
}

// showEvidence publishes that sound is kept, without the sound.
func (v *env) showEvidence(e models.Evidence) {
	e.ID, e.Ogg = models.EvidenceID(e.Utterance), nil
	v.hub.Publish(models.Event{SessionID: e.Utterance.Session, Evidence: &e})
}

// readable is err, but for what could not be read: the log tells of it, and the rest is used.
func (v *env) readable(session string, err error) error {
	if models.Readable(err) == nil && err != nil {
		v.log.Error("some of what was decided cannot be read; the rest is used", "session", session, "err", err)
	}
	return models.Readable(err)
}

// gone reports whether a decision was erased, with what it quotes: nothing is made of it any more.
func (v *env) gone(ctx context.Context, decision string) bool {
	_, err := v.store.Decision(ctx, decision)
	return errors.Is(err, models.ErrNotFound)
}

// outside reports whether a verb is carried out without the bot being in a room.
func outside(v models.Verb) bool { return v == models.VerbTell || v == models.VerbRedact }

// doOutside carries out what is not done in a room, stores how far it came, and shows it.
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

// outsideRooms carries out at once what is not done in a room, where nobody attends to it any more.
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

// tell stores the notices that a rule wants sent: to the webhook that it names, or to everybody who is told of the room.
// Hosts at the page see the decision. The notices are stored before the action counts as done, and under its id, so that a
// crash in between tells nobody twice.
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

// release has what is in force against somebody end as soon as the bot is in the room: nobody is there now to take it back.
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

// saidLongAgo reports whether the words for which a rule does something are too old.
func (v *env) saidLongAgo(ctx context.Context, a models.Action) bool {
	if a.By != "rule" || a.Decision == "" || outside(a.Verb) {
		return false
	}
	x, err := v.store.Decision(ctx, a.Decision)
	return err == nil && !x.Said.IsZero() && models.Age(x.Said, time.Now()) > planFresh
}

// lapsePlan notes that something is not done. What was to be taken back ends when the bot is in the room again.
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

// lapsePlans notes of what was planned before a time and was never begun, in any room, that it is not done.
func (v *env) lapsePlans(ctx context.Context, before time.Time) {
	overdue, err := v.store.OverduePlans(ctx, before)
	err = v.readable("", err)
	for _, a := range overdue {
		err = errors.Join(err, v.lapsePlan(ctx, a))
	}
	if err != nil && ctx.Err() == nil {
		v.log.Error("that planned actions are not done is not stored", "err", err)
	}
}
