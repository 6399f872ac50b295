package restrict

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// executor carries out actions in the room and stores their outcomes. The caller holds the turn of the person concerned.
type executor struct {
	*ledger
	observations *observations
	// parting ends when the bot is about to leave: actions are aborted, and no more are begun.
	parting context.Context //nolint:containedctx // the session's life, which Do does not get
}

// newcomersFor is the default duration of VerbNewcomersListen.
const newcomersFor = 10 * time.Minute

// do implements Do; the caller holds the person's turn.
func (x *executor) do(ctx context.Context, a models.Action) (models.Action, error) {
	a.State, a.Sent = models.ActionSent, time.Now().UTC()
	if a.Verb == models.VerbNewcomersListen && a.ForMS == 0 {
		a.ForMS = newcomersFor.Milliseconds()
	}
	old, err := x.start(ctx, a)
	if err != nil {
		return a, err
	}
	out := x.act(ctx, a)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if err := x.settle(keep, out, old); err != nil {
		return out.Action, err
	}
	return out.Action, x.store(keep, out.Action)
}

// start stores that an action is sent, and the restriction it is about to impose. It returns the previous restriction.
func (x *executor) start(ctx context.Context, a models.Action) (old *models.Restriction, err error) {
	keep, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := x.Actions.SetAction(keep, a); err != nil {
		return nil, err
	}
	return x.begin(keep, a)
}

// act carries out an action in the room.
func (x *executor) act(ctx context.Context, a models.Action) room.Result {
	if a.Verb == models.VerbNewcomersListen {
		return x.barNewcomers(a)
	}
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	defer context.AfterFunc(x.parting, cancel)()
	return x.Room.Act(acting, a, room.ActOptions{})
}

// settle stores the restriction that results from an action, and plans its end.
func (x *executor) settle(ctx context.Context, out room.Result, old *models.Restriction) error {
	a := out.Action
	if back := a.Verb.Undoes(); back != "" {
		can, _ := x.Room.Can()
		if a.State == models.ActionSeen || back == models.VerbMute && can.SelfUnmute { // the bot no longer enforces it
			return x.over(ctx, a.TargetID, back, a.ID)
		}
		return nil
	}
	if !restricts(a.Verb) {
		return nil
	}
	var errs []error
	switch r := x.of(a, a.Verb, a.Sent); {
	case a.State == models.ActionSeen:
		r = x.of(a, a.Verb, a.Seen)
		r.Seen = a.Seen
		errs = append(errs, x.holds(ctx, r, old))
	case a.State == models.ActionSent, taken(out, a.Verb) && !r.Until.IsZero(): // it may still take effect
		errs = append(errs, x.holds(ctx, r, old))
	case old != nil:
		errs = append(errs, x.Store.PutRestriction(ctx, *old))
	default:
		errs = append(errs, x.Store.EndRestriction(ctx, x.RoomID, r.Person, r.Verb))
	}
	if out.Done != "" && out.Done != a.Verb {
		errs = append(errs, x.climbed(ctx, out))
	}
	return errors.Join(errs...)
}

// taken reports whether the server accepted a request for a verb.
func taken(out room.Result, v models.Verb) bool {
	return slices.ContainsFunc(out.Steps, func(s room.Step) bool { return s.Verb == v && s.Taken })
}

// climbed stores the harsher verb that took effect instead, as an action of its own.
func (x *executor) climbed(ctx context.Context, out room.Result) error {
	a := out.Action
	a.ID, a.Verb, a.State, a.Error, a.Seen = a.ID+"-"+string(out.Done), out.Done, models.ActionSeen, "", out.Seen
	old, err := x.find(ctx, a.TargetID, a.Verb)
	if err == nil {
		err = x.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}})
	}
	if err != nil {
		return err
	}
	x.Told(a)
	if !restricts(a.Verb) {
		return nil
	}
	r := x.of(a, a.Verb, a.Seen)
	r.Seen = a.Seen
	return x.holds(ctx, r, old)
}

// barNewcomers returns whether newcomers can be kept from speaking. From then on look enforces it for each of them.
func (x *executor) barNewcomers(a models.Action) room.Result {
	can, inside := x.Room.Can()
	a.Attempts = 1
	switch {
	case !inside:
		a.State, a.Error = models.ActionFailed, bot.ErrNotJoined.Error()
	case !can.Has(a.Verb, false):
		a.State, a.Error = models.ActionFailed, "the bot has no right to do this here"
	default:
		a.State, a.Seen = models.ActionSeen, time.Now().UTC()
		return room.Result{Action: a, Done: a.Verb, Seen: a.Seen}
	}
	return room.Result{Action: a}
}
