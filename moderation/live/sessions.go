// Package live runs sessions: clips are stored and then queued, transcripts pass through the rules into the store, what is stored is
// published to viewers, and what is decided is carried out in the room.
package live

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/models"
	"earshot/moderation/engine"
)

// Config configures Sessions.
type Config struct {
	Store Store
	// Under returns the store as a session uses it while it has an epoch: see store.Fenced. nil: no other process has sessions.
	Under func(session string, epoch int, past func()) Store
	// Policies are the policies by profile; "" applies to sessions without a profile, or whose profile does not exist any more.
	Policies map[string]Policy
	Show     Publisher
	Count    Counts
	Quota    *Quota
	Sounds   Sounds
	// Second gives second opinions; nil means none.
	Second *Opinions
	// Node is the process that stores the lines of clips heard here, among others that share the store; Reserved is for how long only
	// it may decode them.
	Node     string
	Reserved time.Duration
	// Alone does a piece of work unless another process is doing it, and reports whether it did; nil: there is only this process.
	Alone func(ctx context.Context, work string, do func(context.Context)) bool
	Log   *slog.Logger
}

// Policy is how the sessions of a profile are treated.
type Policy struct {
	Rules *engine.Set // nil: none
	// Keep is how the audio of flagged lines is kept.
	Keep Keep
	// Captions reports that the room sees unfinished lines: models.Partial.Shown is filled in.
	Captions bool
}

// Sessions holds the sessions of a program, and restores those of an earlier run. Its methods may be called from any goroutine.
// Sessions do not wait for each other.
type Sessions struct {
	env *env

	mu       sync.Mutex
	policies map[string]Policy
	sessions map[string]*Session
}

// New returns the sessions of a program. Call Into before using them.
func New(c Config) *Sessions {
	d := &Sessions{
		env: &env{
			store: c.Store, under: c.Under, hub: c.Show, count: c.Count, quota: c.Quota, sounds: c.Sounds, second: c.Second, log: c.Log,
			panics: &atomic.Uint64{}, places: newPlaces(), home: c.Node, reserved: c.Reserved, alone: c.Alone,
		},
		policies: maps.Clone(c.Policies), sessions: map[string]*Session{},
	}
	d.env.strikes = d.count
	return d
}

// Into sets the queue for clips. It is called once, since queue and sessions refer to each other.
func (d *Sessions) Into(q Queue) { d.env.queue = q }

// Hosts returns the operations available to hosts.
func (d *Sessions) Hosts() Hosts { return Hosts{d} }

// Run requests second opinions, lapses planned actions without an executor, and has strikes of other processes count, until the context
// ends.
func (d *Sessions) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if d.env.second != nil {
		group.Go(func() error { return d.env.second.run(ctx) })
	}
	group.Go(func() error { d.lapse(ctx); return nil })
	group.Go(func() error { d.followStrikes(ctx); return nil })
	return group.Wait()
}

// lapse lapses planned actions that no executor took in time.
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

// Recover lapses, at the start of the program, what was pending in sessions that have ended: asks, verdicts that waited for a second
// look or opinion, and planned actions that are too old. It carries out nothing.
func (d *Sessions) Recover(ctx context.Context) error {
	now := time.Now().UTC()
	d.env.lapsePlans(ctx, now.Add(-planFresh))
	ring(d.env.places.waiting) // for those that are not too old yet
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

// Begin restores a session that begins or goes on now, whose Started has a monotonic reading, so that changes to the wall clock do not
// affect its times.
func (d *Sessions) Begin(ctx context.Context, session models.Session) (*Session, error) {
	s, err := d.Session(ctx, session.ID)
	if err == nil && s.session.Epoch != session.Epoch { // known from before it went on
		s.superseded()
		s, err = d.Session(ctx, session.ID)
	}
	if err != nil {
		return nil, err
	}
	return s, s.do(ctx, func() error {
		s.session.Started = session.Started
		s.judge.began(session.Started)
		return nil
	})
}

// Done implements transcribe.Done: it judges, stores and publishes a line, and passes on planned actions.
func (d *Sessions) Done(ctx context.Context, u models.Utterance) error {
	err := d.in(ctx, u.Session, func(s *Session) error { return s.done(ctx, u) })
	if errors.Is(err, models.ErrNotFound) { // the session has been erased meanwhile
		return nil
	}
	return err
}

// Partial publishes a partial. It never waits.
func (d *Sessions) Partial(p models.Partial) {
	if s := d.known(p.Key.Session); s != nil {
		s.partial(p)
		return
	}
	d.env.hub.Publish(models.Event{SessionID: p.Key.Session, Partial: &p})
}

// Acted counts and publishes an action whose state was stored.
func (d *Sessions) Acted(a models.Action) { d.env.acted(a) }

// InRooms counts the rooms that the bot is in.
func (d *Sessions) InRooms() int { return len(d.env.places.all()) }

// DeafTo returns, by room, the names of those who are shown as talking and not heard.
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
