// Package live is one session while it runs: clips go to disk and then to the queue, transcripts through the rules and into the
// store, what is stored is shown to whoever watches, and what is decided is carried out in the room.
package live

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/models"
	"earshot/moderation/engine"
)

// Config is what sessions work with.
type Config struct {
	Store Store
	// Policies are by the name of the profile; "" holds for sessions without one, and for those whose profile is gone.
	Policies map[string]Policy
	Show     Publisher
	Count    Counts
	Quota    *Quota
	Sounds   Sounds
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

// Sessions finds sessions by their ids, and takes up again those of an earlier run or stay. Its methods may be called from any
// goroutine. What happens in one session makes no other wait.
type Sessions struct {
	env *env

	mu       sync.Mutex
	policies map[string]Policy
	sessions map[string]*Session
}

// New makes the sessions of a program. Nothing may be given to them before their queue is set by Into.
func New(c Config) *Sessions {
	return &Sessions{
		env: &env{
			store: c.Store, hub: c.Show, count: c.Count, quota: c.Quota, sounds: c.Sounds, second: c.Second, log: c.Log, places: newPlaces(),
		},
		policies: maps.Clone(c.Policies), sessions: map[string]*Session{},
	}
}

// Into names the queue that clips go to. It is called once, before the first clip: queue and sessions hold each other.
func (d *Sessions) Into(q Queue) { d.env.queue = q }

// Hosts is what hosts can ask of the sessions.
func (d *Sessions) Hosts() Hosts { return Hosts{d} }

// Run asks for second opinions, and notes of what was planned where the bot is not that it is not done, until the context ends.
func (d *Sessions) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if d.env.second != nil {
		group.Go(func() error { return d.env.second.run(ctx) })
	}
	group.Go(func() error { d.lapse(ctx); return nil })
	return group.Wait()
}

// lapse notes of each plan that nobody took up in time that it is not done.
func (d *Sessions) lapse(ctx context.Context) {
	var due <-chan time.Time
	again := false
	for {
		select {
		case <-d.env.places.waiting:
			if again = due != nil; !again {
				due = time.After(planFresh)
			}
		case <-due:
			d.env.lapsePlans(ctx, time.Now().Add(-planFresh))
			if due = nil; again {
				due, again = time.After(planFresh), false
			}
		case <-ctx.Done():
			return
		}
	}
}

// Recover notes, at the start of the program, of what waited in stays that have ended that it comes to nothing: asks, verdicts
// that waited for a second look or opinion, and actions that were planned and are too old. Nothing is done to anybody.
func (d *Sessions) Recover(ctx context.Context) error {
	now := time.Now().UTC()
	d.env.lapsePlans(ctx, now.Add(-planFresh))
	d.env.places.ring() // for those that are not too old yet
	waiting, err := d.env.store.OpenOfEnded(ctx)
	if err = d.env.readable("", err); err != nil {
		return err
	}
	var errs []error
	for _, x := range waiting {
		lapsed, ok := engine.Lapse(x, now)
		if !ok {
			continue
		}
		err := d.env.store.Put(ctx, models.Record{Session: x.Session, Decisions: []models.Decision{lapsed}})
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Begin takes up a session that begins now, whose Started bears a monotonic reading. All that happens in it is then timed by
// one clock, from its beginning, and setting the wall clock moves nothing.
func (d *Sessions) Begin(ctx context.Context, session models.Session) (*Session, error) {
	s, err := d.Session(ctx, session.ID)
	if err != nil {
		return nil, err
	}
	return s, s.do(ctx, func() error {
		s.session.Started = session.Started
		s.judge.began(session.Started)
		return nil
	})
}

// Done takes a transcript: it is judged, stored with all that came of it in the transaction that acknowledges the clip, and
// shown, and what it leads to is handed to whoever carries it out.
func (d *Sessions) Done(ctx context.Context, u models.Utterance) error {
	s, err := d.Session(ctx, u.Session)
	if errors.Is(err, models.ErrNotFound) { // the session was erased while this was decoded
		return nil
	}
	if err != nil {
		return err
	}
	return s.do(ctx, func() error { return s.done(ctx, u) })
}

// Partial shows what is still being said. It never waits.
func (d *Sessions) Partial(p models.Partial) {
	if s := d.known(p.Key.Session); s != nil {
		s.partial(p)
		return
	}
	d.env.hub.Publish(models.Event{SessionID: p.Key.Session, Partial: &p})
}

// Acted counts and shows an action whose state was stored.
func (d *Sessions) Acted(a models.Action) { d.env.acted(a) }

// InRooms counts the rooms that the bot is in.
func (d *Sessions) InRooms() int { return len(d.env.places.all()) }

// DeafTo names, by room, those who are shown as talking and are not heard.
func (d *Sessions) DeafTo() map[string][]string {
	out := map[string][]string{}
	for _, at := range d.env.places.all() {
		if names := at.room.DeafTo(); len(names) > 0 {
			out[at.session.Room] = names
		}
	}
	return out
}

// Unjudged counts what could not be judged because a rule failed.
func (d *Sessions) Unjudged() uint64 { return d.env.panics.Load() }
