package live

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
	"earshot/moderation/engine"
)

// strikesFor is how far back strikes are looked up; by then they have faded.
const strikesFor = 90 * 24 * time.Hour

// judged is a session with its judge. The lock keeps what happens in the session in one order for judging and storing.
type judged struct {
	// ready is closed once the rest is there, or failed says why it is not.
	ready  chan struct{}
	failed error
	// visit is the bot in the room; nil while it is not there.
	visit atomic.Pointer[visit]

	mu      sync.Mutex
	session models.Session
	judge   *engine.Session // nil: no rules
	over    bool            // the stay has ended
	ears    memory          // of the latest room; nil before
	pieces  []piece         // of lines whose sound is to be completed
	covers  map[string][]covered
	wake    chan struct{}   // something is to be done in the room, or an ask got a new end
	shown   []models.Talked // the order of who spoke least that watchers know

	used time.Time // when it was last asked for; under the desk's lock
}

// visit is the bot in a room, with who keeps what is in force there.
type visit struct {
	room   *room.Room
	keeper *restrict.Keeper
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

// judged finds a session's judge, and makes it from the store when clips of an earlier run come back. No other session waits
// meanwhile.
func (d *Desk) judged(ctx context.Context, id string) (*judged, error) {
	for {
		d.mu.Lock()
		j, known := d.sessions[id]
		if !known {
			d.forget()
			j = &judged{ready: make(chan struct{}), covers: map[string][]covered{}, wake: make(chan struct{}, 1)}
			d.sessions[id] = j
		}
		j.used = time.Now()
		d.mu.Unlock()
		if !known {
			return d.make(ctx, id, j)
		}
		select {
		case <-j.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if j.failed == nil {
			return j, nil
		}
		if !errors.Is(j.failed, context.Canceled) && !errors.Is(j.failed, context.DeadlineExceeded) { // else whoever made it gave up
			return nil, j.failed
		}
	}
}

// make fills in a session that the desk has just begun to know.
func (d *Desk) make(ctx context.Context, id string, j *judged) (*judged, error) {
	used, err := d.restore(ctx, id, j)
	d.mu.Lock()
	defer d.mu.Unlock()
	if j.failed = err; err != nil {
		delete(d.sessions, id)
		close(j.ready)
		return nil, err
	}
	if set := d.policyLocked(j.session.Profile).Rules; j.judge != nil && set != used { // they were exchanged meanwhile
		j.judge.Rules(set)
	}
	close(j.ready)
	return j, nil
}

// known is a session that the desk holds, or nil. It waits for nothing.
func (d *Desk) known(id string) *judged {
	d.mu.Lock()
	j := d.sessions[id]
	d.mu.Unlock()
	if !j.made() {
		return nil
	}
	return j
}

// all is every session that the desk holds. It waits for nothing.
func (d *Desk) all() (out []*judged) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.sessions {
		if j.made() {
			out = append(out, j)
		}
	}
	return out
}

// made reports whether all of a session is there.
func (j *judged) made() bool {
	if j == nil {
		return false
	}
	select {
	case <-j.ready:
		return j.failed == nil
	default:
		return false
	}
}

// keepJudge is how long a judge is kept after the last word of its session; what comes later finds a new one.
const keepJudge = 5 * time.Minute

// forget lets go of the judges of sessions that are over; the caller holds the desk's lock.
func (d *Desk) forget() {
	for id, j := range d.sessions {
		if j.made() && j.visit.Load() == nil && time.Since(j.used) > keepJudge {
			delete(d.sessions, id)
		}
	}
}

// enter notes whether the bot is in the room of a session; nil: it is not.
func (d *Desk) enter(j *judged, v *visit) {
	d.mu.Lock()
	j.used = time.Now()
	d.mu.Unlock()
	j.visit.Store(v)
	if v == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ears = v.room
}

// room is the room that the bot is in; nil while it is not.
func (j *judged) room() *room.Room {
	if v := j.visit.Load(); v != nil {
		return v.room
	}
	return nil
}

// restore gives a judge what is stored: the people, the open asks and the strikes that count here. Nothing is done because of
// it: what waited in a stay that has ended lapses. It returns the rules that the judge has.
func (d *Desk) restore(ctx context.Context, id string, j *judged) (*engine.Set, error) {
	info, err := d.store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	j.session, j.over = info.Session, !info.Live()
	rules := d.policy(j.session.Profile).Rules
	if rules == nil {
		return nil, nil
	}
	j.judge = engine.NewSession(rules, info.Session)
	people, err := d.store.Speakers(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		j.judge.Person(p)
	}
	stored, err := d.store.Decisions(ctx, id)
	if err = d.readable(id, err); err != nil {
		return nil, err
	}
	strikes, err := d.store.LedgerSince(ctx, id, j.session.Room, time.Now().Add(-strikesFor))
	if err != nil {
		return nil, err
	}
	j.judge.WantOpinions(d.second != nil)
	j.judge.Restore(stored, strikes)
	if j.over {
		j.judge.End()
		j.mu.Lock()
		defer j.mu.Unlock()
		d.expire(ctx, j)
	}
	return rules, nil
}

// readable is err, but for what could not be read: the log tells of it, and the rest is used.
func (d *Desk) readable(session string, err error) error {
	if models.Readable(err) == nil && err != nil {
		d.log.Error("some of what was decided cannot be read; the rest is used", "session", session, "err", err)
	}
	return models.Readable(err)
}

// expire lapses what nobody answered in time; the caller holds the session's lock. What cannot be stored lapses again with
// the next call.
func (d *Desk) expire(ctx context.Context, j *judged) {
	if j.judge == nil {
		return
	}
	out := j.judge.Expire(time.Now().UTC())
	if len(out.Decisions) == 0 {
		return
	}
	for _, x := range out.Decisions {
		if d.gone(ctx, x.ID) {
			j.judge.Lapsed([]models.Decision{x})
		}
	}
	if out = j.judge.Expire(time.Now().UTC()); len(out.Decisions) == 0 {
		return
	}
	err := d.settle(ctx, j, outcomeRecord(j.session.ID, out), out.Redactions)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		d.log.Error("that asks have lapsed is not stored; trying again", "session", j.session.ID, "err", err)
		return
	}
	j.judge.Lapsed(out.Decisions)
}

// gone reports whether a decision was erased, with what it quotes: nothing is made of it any more.
func (d *Desk) gone(ctx context.Context, decision string) bool {
	_, err := d.store.Decision(ctx, decision)
	return errors.Is(err, models.ErrNotFound)
}

// take stores what came of something other than a line, and shows it; the caller holds the session's lock.
func (d *Desk) take(ctx context.Context, j *judged, out engine.Outcome) {
	r := outcomeRecord(j.session.ID, out)
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Answers) == 0 {
		return
	}
	if err := d.settle(ctx, j, r, out.Redactions); err != nil {
		if !errors.Is(err, models.ErrNotFound) {
			d.log.Error("verdict not stored", "session", j.session.ID, "err", err)
		}
		d.reopen(ctx, j, out)
		return
	}
	d.askOpinions(j, out.Opinions)
}

// reopen takes up decisions again as they are stored, when what became of them could not be; the caller holds the session's
// lock.
func (d *Desk) reopen(ctx context.Context, j *judged, out engine.Outcome) {
	for _, x := range out.Decisions {
		if stored, err := d.store.Decision(ctx, x.ID); err == nil {
			j.judge.Restore([]models.Decision{stored}, nil)
		}
	}
}

// settle stores what came of something other than a line, with the words that it hides, and shows it once it is stored;
// the caller holds the session's lock.
func (d *Desk) settle(ctx context.Context, j *judged, r models.Record, rs []engine.Redaction) error {
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
	if j.visit.Load() == nil { // nobody else will
		d.outsideRooms(r.Session, r.Actions)
	}
}
