package restrict

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/models"
)

// ledger stores restrictions and actions.
type ledger struct{ Config }

// leftBehind is the error of a restriction's end that the bot can't carry out.
const leftBehind = "the bot is no longer in the room: it ends when the bot is back, or when a host ends it in the room"

// store stores the state of an action, and reports it to Told.
func (l *ledger) store(ctx context.Context, a models.Action) error {
	err := l.Actions.SetAction(ctx, a)
	if err == nil {
		l.Told(a)
	}
	return err
}

// of returns the restriction that an action imposes, from a time on.
func (l *ledger) of(a models.Action, verb models.Verb, since time.Time) models.Restriction {
	r := models.Restriction{
		Room: l.RoomID, Person: a.TargetID, Name: a.TargetName, Verb: verb, Action: a.ID, Session: a.Session, Decision: a.Decision,
		By: a.By, Since: since,
	}
	if verb == models.VerbNewcomersListen {
		r.Person, r.Name = "", ""
	}
	if a.ForMS > 0 {
		r.Until = since.Add(time.Duration(a.ForMS) * time.Millisecond)
	}
	return r
}

// find returns a person's restriction of a kind, or nil.
func (l *ledger) find(ctx context.Context, person string, verb models.Verb) (*models.Restriction, error) {
	all, err := l.Store.Restrictions(ctx, l.RoomID)
	i := slices.IndexFunc(all, func(r models.Restriction) bool { return r.Person == person && r.Verb == verb })
	if err != nil || i < 0 {
		return nil, err
	}
	return &all[i], nil
}

// outlasts reports whether a lasts at least as long as b.
func outlasts(a, b models.Restriction) bool {
	return a.Until.IsZero() || !b.Until.IsZero() && !a.Until.Before(b.Until)
}

// restricts reports whether a verb imposes something that has to be ended.
func restricts(v models.Verb) bool { return v.Undo() != "" || v == models.VerbNewcomersListen }

// begin stores the restriction that an action is about to impose, so that a crash does not leave it unrecorded, and returns the
// previous one.
func (l *ledger) begin(ctx context.Context, a models.Action) (old *models.Restriction, err error) {
	if !restricts(a.Verb) {
		return nil, nil
	}
	r := l.of(a, a.Verb, a.Sent)
	if old, err = l.find(ctx, r.Person, r.Verb); err != nil {
		return old, err
	}
	if old != nil && outlasts(*old, r) {
		return old, nil
	}
	return old, l.Store.PutRestriction(ctx, r)
}

// holds stores a restriction that is, or may be, in force, unless the previous one lasts longer, and plans its end.
func (l *ledger) holds(ctx context.Context, r models.Restriction, old *models.Restriction) error {
	if old != nil && old.Action != r.Action {
		if outlasts(*old, r) {
			return l.Store.PutRestriction(ctx, *old)
		}
		if err := l.callOff(ctx, *old); err != nil {
			return err
		}
	}
	if err := l.Store.PutRestriction(ctx, r); err != nil || r.Until.IsZero() || r.Verb.Undo() == "" {
		return err
	}
	err := l.Actions.Put(ctx, models.Record{Session: r.Session, Actions: []models.Action{endOf(r)}})
	if errors.Is(err, models.ErrNotFound) { // the session has been erased; the restriction ends nonetheless
		return nil
	}
	return err
}

// endOf returns the planned action that ends a restriction.
func endOf(r models.Restriction) models.Action {
	return models.Action{
		ID: models.EndOf(r.Action), Session: r.Session, Decision: r.Decision, Verb: r.Verb.Undo(), TargetID: r.Person, TargetName: r.Name,
		State: models.ActionPlanned, By: r.By, Created: r.Until,
	}
}

// over removes a restriction that an action has lifted.
func (l *ledger) over(ctx context.Context, person string, verb models.Verb, by string) error {
	r, err := l.find(ctx, person, verb)
	if err != nil || r == nil {
		return err
	}
	if by != models.EndOf(r.Action) {
		if err := l.callOff(ctx, *r); err != nil {
			return err
		}
	}
	return l.Store.EndRestriction(ctx, l.RoomID, person, verb)
}

// callOff cancels the planned end of a restriction.
func (l *ledger) callOff(ctx context.Context, r models.Restriction) error {
	end, err := l.Actions.Action(ctx, models.EndOf(r.Action))
	if err == nil && (end.State == models.ActionPlanned || end.State == models.ActionFailed) {
		end.State, end.Error = models.ActionUndone, ""
		err = l.store(ctx, end)
	}
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// leaveBehind records for all restrictions of limited time that the bot is not in the room to end them.
func (l *ledger) leaveBehind(ctx context.Context) error {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	all, err := l.Store.Restrictions(keep, l.RoomID)
	for _, r := range all {
		if r.Until.IsZero() {
			continue
		}
		end, endErr := l.Actions.Action(keep, models.EndOf(r.Action))
		if endErr != nil || end.State != models.ActionPlanned {
			continue
		}
		end.State, end.Error = models.ActionFailed, leftBehind
		err = errors.Join(err, l.store(keep, end))
	}
	return err
}

// comeBack reverts leaveBehind.
func (l *ledger) comeBack(ctx context.Context) error {
	all, err := l.Store.Restrictions(ctx, l.RoomID)
	for _, r := range all {
		end, endErr := l.Actions.Action(ctx, models.EndOf(r.Action))
		if endErr != nil || end.State != models.ActionFailed || end.Error != leftBehind {
			continue
		}
		end.State, end.Error = models.ActionPlanned, ""
		err = errors.Join(err, l.store(ctx, end))
	}
	return err
}
