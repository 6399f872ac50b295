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

// newcomersFor is how long newcomers may only listen where nobody says how long.
const newcomersFor = 10 * time.Minute

// Do carries out an action that is stored, after all else that is being done about the same person, and stores and tells how
// far it came. It returns it as it is then, or the error with which it could not be written down. What is restricted is
// looked after from then on; when something harsher had to be done, it is an action of its own.
func (k *Keeper) Do(ctx context.Context, a models.Action) (models.Action, error) {
	release, err := k.take(ctx, a.TargetID)
	if err != nil {
		return a, err
	}
	defer release()
	if !k.begins() {
		return k.tooLate(ctx, a)
	}
	defer k.acts.Done()
	return k.do(ctx, a)
}

// begins reports whether something may still be done; then acts.Done must follow.
func (k *Keeper) begins() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closing {
		k.acts.Add(1)
	}
	return !k.closing
}

// tooLate notes that something is not done because the bot is about to leave. What is planned stays so, for the next stay.
func (k *Keeper) tooLate(ctx context.Context, a models.Action) (models.Action, error) {
	if a.State == models.ActionPlanned {
		return a, bot.ErrNotJoined
	}
	a.State, a.Error = models.ActionFailed, bot.ErrNotJoined.Error()
	keep, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return a, k.store(keep, a)
}

// do is Do; the caller has the person's turn.
func (k *Keeper) do(ctx context.Context, a models.Action) (models.Action, error) {
	a.State, a.Sent = models.ActionSent, time.Now().UTC()
	if a.Verb == models.VerbNewcomersListen && a.ForMS == 0 {
		a.ForMS = newcomersFor.Milliseconds()
	}
	old, err := k.start(ctx, a)
	if err != nil {
		return a, err
	}
	out := k.act(ctx, a)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if err := k.settle(keep, out, old); err != nil {
		return out.Action, err
	}
	return out.Action, k.store(keep, out.Action)
}

// start writes down that an action is sent, and what it is about to bring about. It returns what held before.
func (k *Keeper) start(ctx context.Context, a models.Action) (old *models.Restriction, err error) {
	keep, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := k.Actions.SetAction(keep, a); err != nil {
		return nil, err
	}
	return k.begin(keep, a)
}

// act does it in the room.
func (k *Keeper) act(ctx context.Context, a models.Action) room.Outcome {
	if a.Verb == models.VerbNewcomersListen {
		return k.barNewcomers(a)
	}
	acting, cancel := context.WithTimeout(ctx, actWithin)
	defer cancel()
	defer context.AfterFunc(k.parting, cancel)()
	return k.Room.Act(acting, a, room.ActOptions{})
}

// store stores how far an action has come, and tells it.
func (k *Keeper) store(ctx context.Context, a models.Action) error {
	err := k.Actions.SetAction(ctx, a)
	if err == nil {
		k.Told(a)
	}
	return err
}

// restricts reports whether something is in force after a verb, for which somebody has to see to its end.
func restricts(v models.Verb) bool { return v.Undo() != "" || v == models.VerbNewcomersListen }

// of is what an action brings about, from a time on.
func (k *Keeper) of(a models.Action, verb models.Verb, since time.Time) models.Restriction {
	r := models.Restriction{
		Room: k.RoomID, Person: a.TargetID, Name: a.TargetName, Verb: verb, Action: a.ID, Session: a.Session, Decision: a.Decision,
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

// find is what holds against somebody already, of one kind; nil: nothing.
func (k *Keeper) find(ctx context.Context, person string, verb models.Verb) (*models.Restriction, error) {
	all, err := k.Store.Restrictions(ctx, k.RoomID)
	i := slices.IndexFunc(all, func(r models.Restriction) bool { return r.Person == person && r.Verb == verb })
	if err != nil || i < 0 {
		return nil, err
	}
	return &all[i], nil
}

// outlasts reports whether one restriction holds at least as long as another.
func outlasts(a, b models.Restriction) bool {
	return a.Until.IsZero() || !b.Until.IsZero() && !a.Until.Before(b.Until)
}

// begin writes down what an action is about to bring about, so that no crash leaves it behind unknown, and returns what held
// before.
func (k *Keeper) begin(ctx context.Context, a models.Action) (old *models.Restriction, err error) {
	if !restricts(a.Verb) {
		return nil, nil
	}
	r := k.of(a, a.Verb, a.Sent)
	if old, err = k.find(ctx, r.Person, r.Verb); err != nil {
		return old, err
	}
	if old != nil && outlasts(*old, r) {
		return old, nil
	}
	return old, k.Store.PutRestriction(ctx, r)
}

// settle writes down what holds now that an action was tried, and plans its end.
func (k *Keeper) settle(ctx context.Context, out room.Outcome, old *models.Restriction) error {
	a := out.Action
	if back := a.Verb.Undoes(); back != "" {
		can, _ := k.Room.Can()
		if a.State == models.ActionSeen || back == models.VerbMute && can.SelfUnmute { // nobody keeps it any more
			return k.over(ctx, a.TargetID, back, a.ID)
		}
		return nil
	}
	if !restricts(a.Verb) {
		return nil
	}
	var errs []error
	switch r := k.of(a, a.Verb, a.Sent); {
	case a.State == models.ActionSeen:
		r = k.of(a, a.Verb, a.Seen)
		r.Seen = a.Seen
		errs = append(errs, k.holds(ctx, r, old))
	case a.State == models.ActionSent, taken(out, a.Verb) && !r.Until.IsZero(): // it may take effect yet
		errs = append(errs, k.holds(ctx, r, old))
	case old != nil:
		errs = append(errs, k.Store.PutRestriction(ctx, *old))
	default:
		errs = append(errs, k.Store.EndRestriction(ctx, k.RoomID, r.Person, r.Verb))
	}
	if out.Done != "" && out.Done != a.Verb {
		errs = append(errs, k.climbed(ctx, out))
	}
	return errors.Join(errs...)
}

// taken reports whether the server took a request for a verb.
func taken(out room.Outcome, v models.Verb) bool {
	return slices.ContainsFunc(out.Steps, func(s room.Step) bool { return s.Verb == v && s.Taken })
}

// climbed stores the harsher verb that took effect in the place of the one that had none, as an action of its own.
func (k *Keeper) climbed(ctx context.Context, out room.Outcome) error {
	a := out.Action
	a.ID, a.Verb, a.State, a.Error, a.Seen = a.ID+"-"+string(out.Done), out.Done, models.ActionSeen, "", out.Seen
	old, err := k.find(ctx, a.TargetID, a.Verb)
	if err == nil {
		err = k.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}})
	}
	if err != nil {
		return err
	}
	k.Told(a)
	if !restricts(a.Verb) {
		return nil
	}
	r := k.of(a, a.Verb, a.Seen)
	r.Seen = a.Seen
	return k.holds(ctx, r, old)
}

// holds writes down that something is in force, or may be, unless what holds already does so for longer, and plans its end.
func (k *Keeper) holds(ctx context.Context, r models.Restriction, old *models.Restriction) error {
	if old != nil && old.Action != r.Action {
		if outlasts(*old, r) {
			return k.Store.PutRestriction(ctx, *old)
		}
		if err := k.callOff(ctx, *old); err != nil {
			return err
		}
	}
	if err := k.Store.PutRestriction(ctx, r); err != nil || r.Until.IsZero() || r.Verb.Undo() == "" {
		return err
	}
	err := k.Actions.Put(ctx, models.Record{Session: r.Session, Actions: []models.Action{endOf(r)}})
	if errors.Is(err, models.ErrNotFound) { // the session was erased; it ends all the same
		return nil
	}
	return err
}

// endOf is the action that ends a restriction, as it is planned.
func endOf(r models.Restriction) models.Action {
	return models.Action{
		ID: models.EndOf(r.Action), Session: r.Session, Decision: r.Decision, Verb: r.Verb.Undo(), TargetID: r.Person, TargetName: r.Name,
		State: models.ActionPlanned, By: r.By, Created: r.Until,
	}
}

// over forgets a restriction that somebody took back by an action.
func (k *Keeper) over(ctx context.Context, person string, verb models.Verb, by string) error {
	r, err := k.find(ctx, person, verb)
	if err != nil || r == nil {
		return err
	}
	if by != models.EndOf(r.Action) {
		if err := k.callOff(ctx, *r); err != nil {
			return err
		}
	}
	return k.Store.EndRestriction(ctx, k.RoomID, person, verb)
}

// callOff notes that the planned end of a restriction is not needed any more.
func (k *Keeper) callOff(ctx context.Context, r models.Restriction) error {
	end, err := k.Actions.Action(ctx, models.EndOf(r.Action))
	if err == nil && (end.State == models.ActionPlanned || end.State == models.ActionFailed) {
		end.State, end.Error = models.ActionUndone, ""
		err = k.store(ctx, end)
	}
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}
