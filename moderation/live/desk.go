// Package desk is where everything that was heard passes: clips go to disk and then to the queue, transcripts through the
// rules and into the store, what is stored is shown to whoever watches, and what is decided is carried out in the room.
package live

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Config is what a desk works with.
type Config struct {
	Store Store
	// Policies are by the name of the profile; "" holds for sessions without one, and for those whose profile is gone.
	Policies map[string]Policy
	Show     Publisher
	Count    Counts
	Quota    *Quota
	// Second is who is asked for a second opinion; nil: nobody.
	Second *Opinions
	Log    *slog.Logger
}

// Policy is how sessions of one profile are treated.
type Policy struct {
	Rules *engine.Set // nil: none
	// Keep is how the sound of flagged lines is kept.
	Keep Keep
}

// Desk takes what is heard in all rooms. Its methods may be called from any goroutine.
type Desk struct {
	store  Store
	hub    Publisher
	log    *slog.Logger
	queue  Queue
	count  Counts
	quota  *Quota
	second *Opinions
	panics atomic.Uint64

	mu       sync.Mutex
	policies map[string]Policy
	sessions map[string]*judged
}

// New makes a desk. Nothing may be given to it before its queue is set by Into.
func New(c Config) *Desk {
	return &Desk{
		store: c.Store, policies: maps.Clone(c.Policies), hub: c.Show, log: c.Log, count: c.Count, quota: c.Quota, second: c.Second,
		sessions: map[string]*judged{},
	}
}

// Into names the queue that clips go to. It is called once, before the first clip: queue and desk hold each other.
func (d *Desk) Into(q Queue) { d.queue = q }

// Clip stores a finished stretch of speech, and only then queues it.
func (d *Desk) Clip(ctx context.Context, c models.Clip) error {
	if err := d.quota.room(ctx, len(c.Opus)); err != nil {
		return err
	}
	switch err := d.store.PutClip(ctx, c); {
	case errors.Is(err, models.ErrNotFound):
		return d.erased(c.Session)
	case err != nil:
		return err
	}
	d.count.Heard(c)
	d.queue.Submit(c)
	return nil
}

// erased ends the stay of a session that is not stored any more: what comes is not wanted.
func (d *Desk) erased(session string) error {
	if j := d.known(session); j != nil {
		if room := j.room(); room != nil {
			room.Erased()
		}
	}
	return nil
}

// Gap stores what was not heard and shows it.
func (d *Desk) Gap(ctx context.Context, g models.Gap) error {
	switch err := d.store.PutGap(ctx, g); {
	case errors.Is(err, models.ErrNotFound):
		return d.erased(g.Session)
	case err != nil:
		return err
	}
	d.count.Missed(g)
	d.hub.Publish(models.Event{SessionID: g.Session, Gap: &g})
	return nil
}

// Losses has written down what is lost of a session if the program ends now.
func (d *Desk) Losses(session string, losses []models.Loss) error {
	return d.store.NoteLosses(session, losses)
}

// Speaker stores who is there and tells the judge and the watchers.
func (d *Desk) Speaker(ctx context.Context, p models.Speaker) error {
	switch err := d.store.PutSpeaker(ctx, p); {
	case errors.Is(err, models.ErrNotFound):
		return d.erased(p.Session)
	case err != nil:
		return err
	}
	j, err := d.judged(ctx, p.Session)
	if errors.Is(err, models.ErrNotFound) {
		return d.erased(p.Session)
	}
	if err != nil {
		return err
	}
	d.hub.Publish(models.Event{SessionID: p.Session, Speaker: &p})
	j.mu.Lock()
	defer j.mu.Unlock()
	d.guarded(j, "", func() {
		if j.judge != nil {
			j.judge.Person(p)
		}
		d.showFloor(j)
	})
	return nil
}

// Done judges a transcript, stores it with all that came of it in the transaction that acknowledges the clip, shows it,
// and has the actions carried out.
func (d *Desk) Done(ctx context.Context, u models.Utterance) error {
	j, err := d.judged(ctx, u.Session)
	if errors.Is(err, models.ErrNotFound) { // the session was erased while this was decoded
		return nil
	}
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	u.Committed = time.Now().UTC()
	if u.Spoken.IsZero() {
		u.Spoken = u.Committed.Add(-time.Duration(u.LateMS) * time.Millisecond)
	}
	u.LateMS = models.Age(u.Spoken, u.Committed).Milliseconds()
	out := d.decide(j, u)
	r := outcomeRecord(u.Session, out)
	redact(&u, &r)
	r.Utterance, r.Spooled = &u, true
	if j.session.ModerateOnly {
		r = r.Wordless()
		u = *r.Utterance
	} else {
		j.cover(out.Redactions)
		r.Evidence = d.evidence(ctx, j, u, out.Clips)
	}
	second := d.soundFor(ctx, u, out.Looks)
	switch err := d.store.Put(ctx, r); {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	d.lookAgain(j, out.Looks, second)
	d.askOpinions(j, out.Opinions)
	d.count.Stored(u, r.Flags)
	d.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	if r.Evidence != nil {
		d.showEvidence(*r.Evidence)
	}
	d.show(j, r)
	d.masked(ctx, j, out.Redactions, u.Key)
	d.spoken(ctx, j, u)
	d.showFloor(j)
	d.log.Debug("line stored", "key", u.Key.String(), "chars", len(u.Text), "flags", len(r.Flags), "late_ms", u.LateMS)
	return nil
}

// Expect makes a session known before its clips come back from the spool. The error is models.ErrNotFound when the session was
// erased.
func (d *Desk) Expect(ctx context.Context, session string) error {
	_, err := d.judged(ctx, session)
	return err
}

// InRooms counts the rooms that the bot is in.
func (d *Desk) InRooms() int {
	n := 0
	for _, j := range d.all() {
		if j.room() != nil {
			n++
		}
	}
	return n
}
