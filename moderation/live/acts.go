package live

import (
	"context"
	"errors"
	"time"

	"earshot/bot/restrict"
	"earshot/models"
	"earshot/moderation/engine"
)

// begin carries out what was planned, unless it was taken up or called off meanwhile, or is too old.
func (d *Desk) begin(ctx context.Context, v *visit, planned models.Action) error {
	a, err := d.store.Action(ctx, planned.ID)
	if errors.Is(err, models.ErrNotFound) { // erased meanwhile
		return nil
	}
	if err != nil || a.State != models.ActionPlanned {
		return err
	}
	if d.saidLongAgo(ctx, a) {
		return d.lapsePlan(ctx, a)
	}
	_, err = d.do(ctx, v, a)
	return err
}

// saidLongAgo reports whether the words for which a rule does something are too old.
func (d *Desk) saidLongAgo(ctx context.Context, a models.Action) bool {
	if a.By != "rule" || a.Decision == "" || a.Verb == models.VerbTell || a.Verb == models.VerbRedact {
		return false
	}
	x, err := d.store.Decision(ctx, a.Decision)
	return err == nil && !x.Said.IsZero() && models.Age(x.Said, time.Now()) > planFresh
}

// lapsePlans notes of what was planned before a time and was never begun, in any room, that it is not done.
func (d *Desk) lapsePlans(ctx context.Context, before time.Time) {
	overdue, err := d.store.OverduePlans(ctx, before)
	err = d.readable("", err)
	for _, a := range overdue {
		err = errors.Join(err, d.lapsePlan(ctx, a))
	}
	if err != nil && ctx.Err() == nil {
		d.log.Error("that planned actions are not done is not stored", "err", err)
	}
}

// lapsePlan notes that something is not done. What was to be taken back ends when the bot is in the room again.
func (d *Desk) lapsePlan(ctx context.Context, a models.Action) error {
	a.State, a.Error = models.ActionFailed, "not done: the bot could not do it within two minutes, and now it would come too late"
	if back := a.Verb.Undoes(); back != "" {
		a.Error = "the bot could not do it within two minutes: it is done when the bot is back, or by a host in the room itself"
		session, err := d.store.Session(ctx, a.Session)
		if err == nil {
			err = restrict.Release(ctx, d.store, session.Room, a.TargetID, back)
		}
		if err != nil {
			return err
		}
	}
	if err := d.store.SetAction(ctx, a); err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	d.acted(a)
	return nil
}

// do carries out one action, stores how far it came, and shows it.
func (d *Desk) do(ctx context.Context, v *visit, a models.Action) (models.Action, error) {
	if a.Verb == models.VerbTell || a.Verb == models.VerbRedact {
		return d.doOutside(ctx, a)
	}
	return v.keeper.Do(ctx, a)
}

// doOutside carries out what is not done in a room.
func (d *Desk) doOutside(ctx context.Context, a models.Action) (models.Action, error) {
	a.Sent = time.Now().UTC()
	if a.Verb == models.VerbTell {
		a = d.tell(ctx, a)
	} else { // words were masked with the line
		a.State, a.Seen = models.ActionSeen, a.Sent
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := d.store.SetAction(keep, a); err != nil {
		return a, err
	}
	d.acted(a)
	return a, nil
}

// outsideRooms carries out at once what is not done in the room of a session, where nobody attends to it any more.
func (d *Desk) outsideRooms(session string, actions []models.Action) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, a := range actions {
		if a.Verb != models.VerbTell && a.Verb != models.VerbRedact {
			continue
		}
		if _, err := d.doOutside(ctx, a); err != nil {
			d.log.Error("action not stored", "session", session, "action", a.ID, "err", err)
		}
	}
}

// acted counts and shows an action that was stored.
func (d *Desk) acted(a models.Action) {
	d.count.Acted(a)
	d.hub.Publish(models.Event{SessionID: a.Session, Action: &a})
}

// Verbs lists what can be done now in the room of a session: nothing while the bot is not in it.
func (d *Desk) Verbs(session string) []models.Verb {
	j := d.known(session)
	if j == nil || j.room() == nil {
		return nil
	}
	can, inside := j.room().Can()
	var out []models.Verb
	for _, v := range []models.Verb{
		models.VerbNudge, models.VerbWarn, models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage, models.VerbRemove,
		models.VerbBan, models.VerbUnban, models.VerbNewcomersListen,
	} {
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
	v, err := d.visitFor(ctx, a)
	if err != nil {
		return a, err
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
	return d.do(context.WithoutCancel(ctx), v, a)
}

// visitFor is the bot in the room in which something is to be done. What is taken back may have been done in an earlier stay;
// while the bot is not there, it ends as soon as it is.
func (d *Desk) visitFor(ctx context.Context, a models.Action) (*visit, error) {
	if j := d.known(a.Session); j != nil {
		if v := j.visit.Load(); v != nil {
			return v, nil
		}
	}
	back := a.Verb.Undoes()
	if back == "" {
		return nil, errNotThere
	}
	session, err := d.store.Session(ctx, a.Session)
	if err != nil {
		return nil, err
	}
	if j, _ := d.inside(session.Room); j != nil {
		if v := j.visit.Load(); v != nil {
			return v, nil
		}
	}
	if err := restrict.Release(ctx, d.store, session.Room, a.TargetID, back); err != nil {
		return nil, err
	}
	return nil, errWhenBack
}

// errWhenBack is the answer to a host who takes something back while the bot is not in the room.
var errWhenBack = models.WithHint(
	errors.New("the bot is not in the room: it is taken back when the bot is there again"), "or take it back in the room itself",
)

// errRuleFailed is the answer to a host when a rule panicked.
var errRuleFailed = errors.New("a rule failed; the log says where")

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
	var out engine.Outcome
	err = errRuleFailed
	d.guarded(j, "", func() { out, err = j.judge.Answer(ask, by, choice, time.Now().UTC()) })
	if err != nil {
		return err
	}
	if err := d.settle(ctx, j, outcomeRecord(session, out), out.Redactions); err != nil {
		d.reopen(ctx, j, out)
		return err
	}
	return nil
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
	word := engine.AnswerDismiss
	if status == models.FlagConfirmed {
		word = engine.AnswerConfirm
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var out engine.Outcome
	err = errRuleFailed
	d.guarded(j, decision.Utterance.String(), func() { out, err = j.judge.AnswerDecision(decision, by, word, time.Now().UTC()) })
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
