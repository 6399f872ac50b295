package restrict

import (
	"cmp"
	"context"
	"errors"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// lift ends a restriction that has expired, or that nobody will end later, and reports whether it is no longer in force; the caller
// holds the person's turn.
func (x *executor) lift(ctx context.Context, r models.Restriction) (ended bool, err error) {
	end, err := x.Actions.Action(ctx, models.EndOf(r.Action))
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrUnreadable) {
		end = endOf(r)
		if err = x.Actions.Put(ctx, models.Record{Session: r.Session, Actions: []models.Action{end}}); errors.Is(err, models.ErrNotFound) {
			err = nil // the session has been erased; the restriction ends nonetheless
		}
	}
	if err != nil {
		return false, err
	}
	end = x.end(ctx, r, end)
	if end.State == models.ActionPlanned { // the session ends
		return false, nil
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	ended = end.State == models.ActionSeen
	x.observations.put(r, ended)
	if ended {
		if err := x.Store.EndRestriction(keep, x.RoomID, r.Person, r.Verb); err != nil {
			return ended, err
		}
	}
	if err := x.store(keep, end); !errors.Is(err, models.ErrNotFound) {
		return ended, err
	}
	return ended, nil
}

// end lifts a restriction in the room, and returns the action with its outcome.
func (x *executor) end(ctx context.Context, r models.Restriction, end models.Action) models.Action {
	can, _ := x.Room.Can()
	here := false
	for _, p := range x.Room.People() {
		here = here || p.ID == r.Person
	}
	own := r.Verb == models.VerbMute && can.SelfUnmute // the person can unmute; the bot only stops re-muting
	if own || here && !x.Room.InForce(r.Verb, r.Person) {
		end.State, end.Error, end.Seen = models.ActionSeen, "", time.Now().UTC()
		return end
	}
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	out := x.Room.Act(acting, end, room.ActOptions{})
	switch last := out.Steps[len(out.Steps)-1]; {
	case out.Action.State == models.ActionSeen:
	case errors.Is(last.Err, bot.ErrAbsent): // the server has nothing to lift
		out.Action.State, out.Action.Error, out.Action.Seen = models.ActionSeen, "", time.Now().UTC()
	case ctx.Err() != nil, errors.Is(last.Err, bot.ErrNotJoined):
		end.State = models.ActionPlanned
		return end
	}
	return out.Action
}

// setAgain restores a restriction that was undone, or that a person who returned is no longer under; the caller holds the person's
// turn.
func (x *executor) setAgain(ctx context.Context, r models.Restriction) error {
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	out := x.Room.Act(acting, x.repeat(r, r.Verb), room.ActOptions{Limit: r.Verb})
	if ctx.Err() != nil {
		return nil
	}
	x.observations.put(r, out.Done != "")
	if out.Done == "" {
		x.Room.Note(x.name(r) + ": " + string(r.Verb) + " is no longer in effect, and could not be reapplied: " + out.Action.Error)
		return nil
	}
	x.Room.Note(x.name(r) + ": " + string(r.Verb) + " was no longer in effect, and was reapplied")
	return nil
}

// repeat returns the action of a restriction, with its own or a harsher verb, for the remaining time.
func (x *executor) repeat(r models.Restriction, verb models.Verb) models.Action {
	a := models.Action{
		ID: r.Action, Session: r.Session, Decision: r.Decision, Verb: verb, TargetID: r.Person, TargetName: r.Name, By: r.By,
		State: models.ActionPlanned, Created: time.Now().UTC(),
	}
	if !r.Until.IsZero() {
		a.ForMS = max(1000, time.Until(r.Until).Milliseconds())
	}
	return a
}

// takeStage moves a person who keeps undoing a mute to the audience, for the remaining time.
func (x *executor) takeStage(ctx context.Context, r models.Restriction) error {
	a := x.repeat(r, models.VerbToAudience)
	a.ID += "-" + string(a.Verb)
	if err := x.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}}); err != nil {
		return err
	}
	a, err := x.do(ctx, a)
	x.observations.put(r, a.State == models.ActionSeen)
	if a.State == models.ActionSeen {
		x.Room.Note(x.name(r) + " kept undoing the mute and was moved to the audience")
	}
	return err
}

func (x *executor) name(r models.Restriction) string { return cmp.Or(r.Name, r.Person) }

// confirmed records that a restriction with unknown outcome is in force.
func (x *executor) confirmed(ctx context.Context, r models.Restriction) error {
	r.Seen = time.Now().UTC()
	if err := x.holds(ctx, r, nil); err != nil {
		return err
	}
	a, err := x.Actions.Action(ctx, r.Action)
	if err == nil && a.State != models.ActionSeen {
		a.State, a.Seen, a.Error = models.ActionSeen, r.Seen, ""
		err = x.store(ctx, a)
	}
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// refused records that a restriction with unknown outcome never took effect.
func (x *executor) refused(ctx context.Context, r models.Restriction) error {
	a, err := x.Actions.Action(ctx, r.Action)
	if err == nil && a.State == models.ActionSent {
		a.State, a.Error = models.ActionFailed, "it was not known whether it took effect, and it has not"
		err = x.store(ctx, a)
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return x.over(ctx, r.Person, r.Verb, "")
}

// carryOut does a job; the caller holds the person's turn.
func (x *executor) carryOut(ctx context.Context, r models.Restriction, j job) error {
	now, err := x.find(ctx, r.Person, r.Verb) // it may have changed before the turn
	switch {
	case ctx.Err() != nil:
		return nil //nolint:nilerr // the stay ends, and whoever looks after the next one takes it up again
	case err != nil:
		return err
	case now == nil || *now != r:
		return nil
	}
	switch j {
	case lift:
		_, err = x.lift(ctx, r)
	case again:
		err = x.setAgain(ctx, r)
	case climb:
		err = x.takeStage(ctx, r)
	case confirm:
		err = x.confirmed(ctx, r)
	case refuse:
		err = x.refused(ctx, r)
	case lost:
		x.Room.Note(x.name(r) + ": " + string(r.Verb) + " was undone in the room itself")
		err = x.over(ctx, r.Person, r.Verb, "")
	case wait:
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the stay ends, and whoever looks after the next one takes it up again
	}
	return err
}
