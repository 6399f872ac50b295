package desk

import (
	"context"
	"errors"
	"time"

	"earshot/bot"
	"earshot/models"
	"earshot/moderation"
)

const (
	// planFresh is for how long an action that was planned and never sent is still to be done: a crash between the
	// verdict and the deed delays it, and an old one is not sprung on people.
	planFresh = 2 * time.Minute
	// actWithin bounds one action with its climb.
	actWithin = 45 * time.Second
)

// Attend carries out what is planned in a room and lets its asks lapse, until the context ends. An action is stored as
// sent before it is tried, so that no crash makes it happen twice.
func (d *Desk) Attend(ctx context.Context, id string, room *bot.Room) error {
	j, err := d.judged(ctx, id)
	if err != nil {
		return err
	}
	d.enter(j, room)
	defer d.left(ctx, j)
	for {
		if err := d.store.Stored(ctx, id); errors.Is(err, models.ErrNotFound) {
			room.Erased()
		}
		d.lapse(ctx, j)
		d.tick(ctx, j)
		d.complete(ctx, j, false)
		if _, inside := room.Can(); inside {
			d.carryOut(ctx, j, room)
		}
		select {
		case <-j.wake:
		case <-time.After(d.nextLook(j)):
		case <-ctx.Done():
			return nil
		}
	}
}

// left notes that the bot is not in the room any more, and keeps what it still holds of what was asked for.
func (d *Desk) left(ctx context.Context, j *judged) {
	d.enter(j, nil)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	d.complete(keep, j, true)
}

// nextLook is when the next ask lapses, or a second: the time of a mute may be over, or the bot back in the room.
func (d *Desk) nextLook(j *judged) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	wait := time.Second
	if j.judge != nil {
		if t := j.judge.NextExpiry(); !t.IsZero() {
			wait = min(wait, max(time.Until(t), 10*time.Millisecond))
		}
	}
	if t, ok := j.due(); ok {
		wait = min(wait, max(time.Until(t), 10*time.Millisecond))
	}
	return wait
}

// lapse ends the asks that nobody answered in time.
func (d *Desk) lapse(ctx context.Context, j *judged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.judge != nil {
		d.take(ctx, j, j.judge.Expire(time.Now().UTC()))
	}
}

// carryOut does what is planned in the room, one thing after the other.
func (d *Desk) carryOut(ctx context.Context, j *judged, room *bot.Room) {
	planned, err := d.store.PlannedActions(ctx, j.session.Room, time.Now().Add(-planFresh))
	if err != nil {
		if ctx.Err() == nil {
			d.log.Error("planned actions cannot be read", "session", j.session.ID, "err", err)
		}
		return
	}
	for _, a := range planned {
		if a.Created.After(time.Now()) { // the end of a mute
			continue
		}
		if _, err := d.do(ctx, room, a); err != nil && ctx.Err() == nil {
			d.log.Error("action not stored", "session", a.Session, "action", a.ID, "err", err)
		}
	}
}

// do carries out one planned action, stores how far it came, and shows it.
func (d *Desk) do(ctx context.Context, room *bot.Room, a models.Action) (models.Action, error) {
	a.State, a.Sent = models.ActionSent, time.Now().UTC()
	if a.Verb == models.VerbTell {
		a = d.tell(ctx, a)
	}
	if err := d.store.SetAction(ctx, a); err != nil {
		return a, err
	}
	switch a.Verb {
	case models.VerbTell:
	case models.VerbRedact: // words were masked with the line
		a.State, a.Seen = models.ActionSeen, time.Now().UTC()
	default:
		acting, cancel := context.WithTimeout(ctx, actWithin)
		out := room.Act(acting, a, bot.ActOptions{})
		cancel()
		a = out.Action
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := d.store.SetAction(keep, a); err != nil {
		return a, err
	}
	d.count.Acted(a)
	d.hub.Publish(models.Event{SessionID: a.Session, Action: &a})
	return a, d.planEnd(keep, a)
}

// planEnd plans the end of a mute that was for some time.
func (d *Desk) planEnd(ctx context.Context, a models.Action) error {
	if a.Verb != models.VerbMute || a.State != models.ActionSeen || a.ForMS <= 0 {
		return nil
	}
	end := models.Action{
		ID: a.ID + "-end", Session: a.Session, Decision: a.Decision, Verb: models.VerbUnmute, TargetID: a.TargetID, TargetName: a.TargetName,
		State: models.ActionPlanned, By: a.By, Created: a.Seen.Add(time.Duration(a.ForMS) * time.Millisecond),
	}
	return d.store.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{end}})
}

// Verbs lists what can be done now to a speaker of a session: nothing while the bot is not in its room.
func (d *Desk) Verbs(session string) []models.Verb {
	j, err := d.judged(context.Background(), session)
	if err != nil {
		return nil
	}
	j.mu.Lock()
	room := j.room
	j.mu.Unlock()
	if room == nil {
		return nil
	}
	can, inside := room.Can()
	var out []models.Verb
	for _, v := range []models.Verb{models.VerbWarn, models.VerbMute, models.VerbToAudience, models.VerbRemove, models.VerbBan} {
		if inside && (can.Has(v, false) || can.Has(v, true)) {
			out = append(out, v)
		}
	}
	return out
}

// errNotThere is the answer to a host who wants something done in a room that the bot has left.
var errNotThere = models.WithHint(errors.New("the bot is not in the room any more"), "act in the room itself")

// Act carries out what a host chose, and returns when its effect was seen or it failed. An action that is stored already
// is not carried out again.
func (d *Desk) Act(ctx context.Context, a models.Action) (models.Action, error) {
	j, err := d.judged(ctx, a.Session)
	if err != nil {
		return a, err
	}
	j.mu.Lock()
	room := j.room
	j.mu.Unlock()
	if room == nil {
		return a, errNotThere
	}
	if stored, err := d.store.Action(ctx, a.ID); err == nil {
		return stored, nil
	}
	a.State, a.Sent = models.ActionSent, time.Now().UTC() // not planned: nobody else is to take it up
	if a.Verb == models.VerbWarn && a.Text == "" {
		a.Text = "A host asks you to keep to the rules of this room."
	}
	if err := d.store.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}}); err != nil {
		return a, err
	}
	return d.do(context.WithoutCancel(ctx), room, a)
}

// Choose takes a host's choice among what an ask offers to the judge: what was chosen is carried out.
func (d *Desk) Choose(ctx context.Context, session, ask, by, choice string) error {
	j, err := d.judged(ctx, session)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.judge == nil {
		return models.ErrNotFound
	}
	out, err := j.judge.Answer(ask, by, choice, time.Now().UTC())
	if err != nil {
		return err
	}
	return d.settle(ctx, j, outcomeRecord(session, out), out.Redactions)
}

// Answer takes a host's word on a flag to the judge, so that strikes count or are taken back and what was done is undone.
// It reports whether a decision was there to be answered.
func (d *Desk) Answer(ctx context.Context, f models.Flag, status models.FlagStatus, by string) (bool, error) {
	decision, err := d.store.DecisionOfFlag(ctx, f.ID)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	j, err := d.judged(ctx, f.Session)
	if err != nil || j.judge == nil {
		return false, err
	}
	word := moderation.AnswerDismiss
	if status == models.FlagConfirmed {
		word = moderation.AnswerConfirm
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	out, err := j.judge.AnswerDecision(decision, by, word, time.Now().UTC())
	if errors.Is(err, models.ErrInvalid) { // answered before: the flag's status may still change
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r := outcomeRecord(f.Session, out)
	r.Answers = nil // the caller stores the flag's status itself
	err = d.settle(ctx, j, r, out.Redactions)
	return err == nil, err
}
