package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
	"earshot/moderation"
)

// strikesFor is how far back strikes are looked up; by then they have faded.
const strikesFor = 90 * 24 * time.Hour

// judged is a session with its judge. The lock keeps what happens in the session in one order for judging and storing.
type judged struct {
	mu      sync.Mutex
	session models.Session
	judge   *moderation.Session // nil: no rules
	seen    map[string]bool     // people who have joined
	room    *bot.Room           // nil while the bot is not in the room
	wake    chan struct{}       // something is to be done in the room, or an ask got a new end
}

func (j *judged) decide(u models.Utterance) moderation.Outcome {
	if j.judge == nil {
		return moderation.Outcome{}
	}
	return j.judge.Decide(u)
}

// poke wakes whoever carries out actions and lets asks lapse.
func (j *judged) poke() {
	select {
	case j.wake <- struct{}{}:
	default: // awake already
	}
}

// judged finds a session's judge, and makes it from the store when clips of an earlier run come back.
func (d *desk) judged(ctx context.Context, id string) (*judged, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j, ok := d.sessions[id]; ok {
		return j, nil
	}
	info, err := d.store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	j := &judged{session: info.Session, seen: map[string]bool{}, wake: make(chan struct{}, 1)}
	if d.rules != nil {
		j.judge = moderation.NewSession(d.rules, info.Session)
		if err := d.restore(ctx, j); err != nil {
			return nil, err
		}
	}
	d.sessions[id] = j
	return j, nil
}

// restore gives a judge what is stored: the people, the open asks and the strikes that count here.
func (d *desk) restore(ctx context.Context, j *judged) error {
	people, err := d.store.Speakers(ctx, j.session.ID)
	if err != nil {
		return err
	}
	for _, p := range people {
		j.judge.Person(p)
	}
	stored, err := d.store.Decisions(ctx, j.session.ID)
	if err != nil {
		return err
	}
	strikes, err := d.store.LedgerSince(ctx, j.session.ID, j.session.Room, time.Now().Add(-strikesFor))
	if err != nil {
		return err
	}
	j.judge.WantOpinions(d.second != nil)
	j.judge.Restore(stored, strikes)
	for _, x := range stored {
		switch {
		case x.Verdict != models.VerdictPending:
		case x.Opinion != nil: // whoever was asked has answered a program that is gone
			d.opined(j, x.ID, models.Opinion{By: x.Opinion.By, State: models.OpinionNone})
		default: // the sound that was to be looked at again is gone
			d.looked(j, moderation.LookRequest{Decision: x.ID}, models.Utterance{State: models.UtteranceFailed})
		}
	}
	return nil
}

// talked tells the judge who had the floor.
func (d *desk) talked(ctx context.Context, c models.Clip) {
	d.observe(ctx, c.Session, moderation.Observation{
		AtMS: c.EndMS, Speaker: c.SpeakerID, Voiced: []moderation.Span{{StartMS: c.EndMS - min(c.VoicedMS, c.DurationMS()), EndMS: c.EndMS}},
		Sound: &moderation.Sound{Span: moderation.Span{StartMS: c.StartMS, EndMS: c.EndMS}, LevelDBFS: c.LevelDBFS},
	})
}

// arrived tells the judge of a person, and of the coming of a new one.
func (d *desk) arrived(ctx context.Context, j *judged, p models.Speaker) error {
	j.mu.Lock()
	if j.judge != nil {
		j.judge.Person(p)
	}
	fresh := !j.seen[p.ID]
	j.seen[p.ID] = true
	j.mu.Unlock()
	if fresh {
		d.observe(ctx, p.Session, moderation.Observation{AtMS: p.FirstMS, Speaker: p.ID, Event: moderation.RoomJoin})
	}
	return nil
}

// observe takes something to the judge that was noticed otherwise than by words. A store that cannot take the outcome is
// no reason to hold up the sound: the next observation finds the same.
func (d *desk) observe(ctx context.Context, session string, o moderation.Observation) {
	j, err := d.judged(ctx, session)
	if err != nil || j.judge == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	d.take(ctx, j, j.judge.Observe(o))
}

// take stores what came of something other than a line, and shows it; the caller holds the session's lock.
func (d *desk) take(ctx context.Context, j *judged, out moderation.Outcome) {
	r := outcomeRecord(j.session.ID, out)
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Answers) == 0 {
		return
	}
	if err := d.settle(ctx, j, r); err != nil {
		if !errors.Is(err, models.ErrNotFound) {
			d.log.Error("verdict not stored", "session", j.session.ID, "err", err)
		}
		return
	}
	d.askOpinions(j, out.Opinions)
}

// settle stores what came of something other than a line, and shows it once it is stored; the caller holds the session's
// lock.
func (d *desk) settle(ctx context.Context, j *judged, r models.Record) error {
	if err := d.store.Put(ctx, r); err != nil {
		return err
	}
	d.show(j, r)
	return nil
}

// show publishes what was stored, and wakes whoever carries it out; the caller holds the session's lock.
func (d *desk) show(j *judged, r models.Record) {
	for _, f := range r.Flags {
		d.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
	}
	for _, x := range r.Decisions {
		d.hub.Publish(models.Event{SessionID: r.Session, Decision: &x})
	}
	if len(r.Decisions)+len(r.Actions) > 0 {
		j.poke()
	}
}

// outcomeRecord is an outcome as it is stored.
func outcomeRecord(session string, out moderation.Outcome) models.Record {
	r := models.Record{Session: session, Flags: out.Flags, Decisions: out.Decisions, Actions: out.Actions, Ledger: out.Ledger}
	for _, a := range out.Statuses {
		status := models.FlagDismissed
		if a.Confirmed {
			status = models.FlagConfirmed
		}
		r.Answers = append(r.Answers, models.FlagAnswer{Flag: a.Flag, Status: status, By: a.By})
	}
	return r
}

// redact masks words before they are stored: in the line, in its words and in the flags that found them, by bars of
// their length.
func redact(u *models.Utterance, flags []models.Flag, rs []moderation.Redaction) {
	for _, r := range rs {
		if !r.Text {
			continue
		}
		for i := range flags {
			if flags[i].ID == r.Flag {
				flags[i].Matched = masked(flags[i].Matched, r.Words)
			}
		}
		if r.Utterance != u.Key {
			continue
		}
		u.Words = masked(u.Words, r.Words)
		texts := make([]string, len(u.Words))
		for i, w := range u.Words {
			texts[i] = w.Text
		}
		u.Text = strings.Join(texts, " ")
	}
}

// masked is a copy of words in which those that are to be hidden are bars.
func masked(words, hide []models.Word) []models.Word {
	out := slices.Clone(words)
	for i, w := range out {
		if slices.ContainsFunc(hide, func(h models.Word) bool { return h.StartMS == w.StartMS && h.EndMS == w.EndMS && h.Text == w.Text }) {
			out[i].Text = strings.Repeat("▮", len([]rune(w.Text)))
		}
	}
	return out
}
