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

// lift ends a restriction whose time is over, or that nobody will end later, and reports whether nothing is in force any more; the
// caller has the person's turn.
func (k *Keeper) lift(ctx context.Context, r models.Restriction) (ended bool, err error) {
	end, err := k.Actions.Action(ctx, models.EndOf(r.Action))
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrUnreadable) {
		end = endOf(r)
		if err = k.Actions.Put(ctx, models.Record{Session: r.Session, Actions: []models.Action{end}}); errors.Is(err, models.ErrNotFound) {
			err = nil // the session was erased; it ends all the same
		}
	}
	if err != nil {
		return false, err
	}
	end = k.end(ctx, r, end)
	if end.State == models.ActionPlanned { // the stay ends
		return false, nil
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	ended = end.State == models.ActionSeen
	k.put(r, ended)
	if ended {
		if err := k.Store.EndRestriction(keep, k.RoomID, r.Person, r.Verb); err != nil {
			return ended, err
		}
	}
	if err := k.store(keep, end); !errors.Is(err, models.ErrNotFound) {
		return ended, err
	}
	return ended, nil
}

// end takes a restriction back in the room, and says how far that came.
func (k *Keeper) end(ctx context.Context, r models.Restriction, end models.Action) models.Action {
	can, _ := k.Room.Can()
	here := false
	for _, p := range k.Room.People() {
		here = here || p.ID == r.Person
	}
	own := r.Verb == models.VerbMute && can.SelfUnmute // it was only kept: opening the microphone is for its owner
	if own || here && !k.Room.InForce(r.Verb, r.Person) {
		end.State, end.Error, end.Seen = models.ActionSeen, "", time.Now().UTC()
		return end
	}
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	out := k.Room.Act(acting, end, room.ActOptions{})
	switch last := out.Steps[len(out.Steps)-1]; {
	case out.Action.State == models.ActionSeen:
	case errors.Is(last.Err, bot.ErrAbsent): // the server knows of nothing that is to be taken back
		out.Action.State, out.Action.Error, out.Action.Seen = models.ActionSeen, "", time.Now().UTC()
	case ctx.Err() != nil, errors.Is(last.Err, bot.ErrNotJoined):
		end.State = models.ActionPlanned
		return end
	}
	return out.Action
}

// setAgain sets again what was undone, or what somebody who came back is not under any more; the caller has the person's turn.
func (k *Keeper) setAgain(ctx context.Context, r models.Restriction) error {
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	out := k.Room.Act(acting, k.repeat(r, r.Verb), room.ActOptions{Limit: r.Verb})
	if ctx.Err() != nil {
		return nil
	}
	k.put(r, out.Done != "")
	if out.Done == "" {
		k.Room.Note(k.name(r) + ": " + string(r.Verb) + " is not in force any more, and could not be set again: " + out.Action.Error)
		return nil
	}
	k.Room.Note(k.name(r) + ": " + string(r.Verb) + " was not in force any more, and was set again")
	return nil
}

// repeat is the action of a restriction once more, or a harsher one in its place, for the time that is left.
func (k *Keeper) repeat(r models.Restriction, verb models.Verb) models.Action {
	a := models.Action{
		ID: r.Action, Session: r.Session, Decision: r.Decision, Verb: verb, TargetID: r.Person, TargetName: r.Name, By: r.By,
		State: models.ActionPlanned, Created: time.Now().UTC(),
	}
	if !r.Until.IsZero() {
		a.ForMS = max(1000, time.Until(r.Until).Milliseconds())
	}
	return a
}

// takeStage moves somebody to the audience who undoes a mute again and again, for the time that is left of it.
func (k *Keeper) takeStage(ctx context.Context, r models.Restriction) error {
	a := k.repeat(r, models.VerbToAudience)
	a.ID += "-" + string(a.Verb)
	if err := k.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}}); err != nil {
		return err
	}
	a, err := k.do(ctx, a)
	k.put(r, a.State == models.ActionSeen)
	if a.State == models.ActionSeen {
		k.Room.Note(k.name(r) + " undid the mute again and again and was moved to the audience")
	}
	return err
}

func (k *Keeper) name(r models.Restriction) string { return cmp.Or(r.Name, r.Person) }

// leftBehind is why the end of a restriction is not to be counted on.
const leftBehind = "the bot is not in the room any more: it ends when the bot is back, or by a host in the room itself"

// leaveBehind notes of all that is in force for a time that the bot is not there to end it.
func (k *Keeper) leaveBehind(ctx context.Context) error {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	all, err := k.Store.Restrictions(keep, k.RoomID)
	for _, r := range all {
		if r.Until.IsZero() {
			continue
		}
		end, endErr := k.Actions.Action(keep, models.EndOf(r.Action))
		if endErr != nil || end.State != models.ActionPlanned {
			continue
		}
		end.State, end.Error = models.ActionFailed, leftBehind
		err = errors.Join(err, k.store(keep, end))
	}
	return err
}

// comeBack notes of all that is in force for a time that the bot is there to end it.
func (k *Keeper) comeBack(ctx context.Context) error {
	all, err := k.Store.Restrictions(ctx, k.RoomID)
	for _, r := range all {
		end, endErr := k.Actions.Action(ctx, models.EndOf(r.Action))
		if endErr != nil || end.State != models.ActionFailed || end.Error != leftBehind {
			continue
		}
		end.State, end.Error = models.ActionPlanned, ""
		err = errors.Join(err, k.store(ctx, end))
	}
	return err
}
