package desk

import (
	"context"
	"errors"
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
	room    *bot.Room           // nil while the bot is not in the room
	ears    memory              // of the latest room; nil before
	pieces  []piece             // of lines whose sound is to be completed
	covers  map[string][]covered
	wake    chan struct{}   // something is to be done in the room, or an ask got a new end
	shown   []models.Talked // the order of who spoke least that watchers know

	// Under the desk's lock: when it was last asked for, and whether the bot is in the room.
	used   time.Time
	inside bool
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

// Begin takes up a session that begins now, whose Started bears a monotonic reading. All that happens in it is then timed by
// one clock, from its beginning, and setting the wall clock moves nothing.
func (d *Desk) Begin(ctx context.Context, session models.Session) error {
	j, err := d.judged(ctx, session.ID)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.session.Started = session.Started
	if j.judge != nil {
		j.judge.Began(session.Started)
	}
	return nil
}

// judged finds a session's judge, and makes it from the store when clips of an earlier run come back.
func (d *Desk) judged(ctx context.Context, id string) (*judged, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j, ok := d.sessions[id]; ok {
		j.used = time.Now()
		return j, nil
	}
	d.forget()
	info, err := d.store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	j := &judged{session: info.Session, covers: map[string][]covered{}, wake: make(chan struct{}, 1), used: time.Now()}
	if rules := d.policyLocked(j.session.Profile).Rules; rules != nil {
		j.judge = moderation.NewSession(rules, info.Session)
		if err := d.restore(ctx, j); err != nil {
			return nil, err
		}
	}
	d.sessions[id] = j
	return j, nil
}

// keepJudge is how long a judge is kept after the last word of its session; what comes later finds a new one.
const keepJudge = 5 * time.Minute

// forget lets go of the judges of sessions that are over; the caller holds the desk's lock.
func (d *Desk) forget() {
	for id, j := range d.sessions {
		if !j.inside && time.Since(j.used) > keepJudge {
			delete(d.sessions, id)
		}
	}
}

// enter notes whether the bot is in the room of a session.
func (d *Desk) enter(j *judged, room *bot.Room) {
	d.mu.Lock()
	j.inside, j.used = room != nil, time.Now()
	d.mu.Unlock()
	j.mu.Lock()
	if j.room = room; room != nil {
		j.ears = room
	}
	j.mu.Unlock()
}

// restore gives a judge what is stored: the people, the open asks and the strikes that count here.
func (d *Desk) restore(ctx context.Context, j *judged) error {
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

// take stores what came of something other than a line, and shows it; the caller holds the session's lock.
func (d *Desk) take(ctx context.Context, j *judged, out moderation.Outcome) {
	r := outcomeRecord(j.session.ID, out)
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Answers) == 0 {
		return
	}
	if err := d.settle(ctx, j, r, out.Redactions); err != nil {
		if !errors.Is(err, models.ErrNotFound) {
			d.log.Error("verdict not stored", "session", j.session.ID, "err", err)
		}
		return
	}
	d.askOpinions(j, out.Opinions)
}

// settle stores what came of something other than a line, with the words that it hides, and shows it once it is stored;
// the caller holds the session's lock.
func (d *Desk) settle(ctx context.Context, j *judged, r models.Record, rs []moderation.Redaction) error {
	j.cover(rs)
	if j.session.ModerateOnly {
		r = r.Wordless()
	}
	if err := d.store.Put(ctx, r); err != nil {
		return err
	}
	d.count.Flagged(r.Flags)
	for _, x := range rs {
		if f, err := d.store.Flag(ctx, x.Flag); err == nil && x.Text {
			d.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
		}
	}
	d.show(j, r)
	d.masked(ctx, j, rs, models.Key{})
	return nil
}

// show publishes what was stored, and wakes whoever carries it out; the caller holds the session's lock.
func (d *Desk) show(j *judged, r models.Record) {
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
