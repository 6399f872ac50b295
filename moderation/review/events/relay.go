package events

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/models"
	"earshot/models/store"
)

const (
	// pollEvery is how often the log is read although nobody told of an event.
	pollEvery = 200 * time.Millisecond
	// gatherFor is how long events are gathered before they are appended together, and gatherMost how many at most.
	gatherFor  = 40 * time.Millisecond
	gatherMost = 500
	// retryAfter is the pause after the database did not take or give events.
	retryAfter = 500 * time.Millisecond
	pruneEvery = 30 * time.Second
	// flushTime is how long the last events may take when the program ends.
	flushTime = 2 * time.Second
)

// Log is where processes tell each other of events: store.Shared.
type Log interface {
	PutEvents(ctx context.Context, seen uint64, events []models.Event) error
	EventsAfter(ctx context.Context, seen uint64, limit int) ([]models.Event, error)
	ListenEvents(ctx context.Context, told func()) error
	PruneEvents(ctx context.Context) error
}

// Relay connects the hub of a process with a log that others share: it appends what is published here, and shows what stands in the log
// in the hub that is watched by pages.
type Relay struct {
	// Here is where this process publishes; Pages is watched, and nothing but the Relay publishes there.
	Here, Pages *Hub
	// Events is the log.
	Events Log
	Log    *slog.Logger
}

// Run connects them until the context ends.
func (r *Relay) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	hint := make(chan struct{}, 1)
	tell := func() {
		select {
		case hint <- struct{}{}:
		default:
		}
	}
	group.Go(func() error { return r.listen(ctx, tell) })
	group.Go(func() error { return r.follow(ctx, hint) })
	group.Go(func() error { return r.append(ctx) })
	return group.Wait()
}

// listen passes on hints. Events are seen without any, only later.
func (r *Relay) listen(ctx context.Context, tell func()) error {
	for ctx.Err() == nil {
		_ = r.Events.ListenEvents(ctx, tell)
		wait(ctx, retryAfter)
	}
	return nil
}

// wait returns after a time, or when the context ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// follow shows what stands in the log.
func (r *Relay) follow(ctx context.Context, hint <-chan struct{}) error {
	var down outage
	poll, prune := time.NewTicker(pollEvery), time.NewTicker(pruneEvery)
	defer poll.Stop()
	defer prune.Stop()
	for {
		more, err := r.read(ctx)
		if down.note(err); down.begins && ctx.Err() == nil {
			r.Log.Warn("pages do not show what happens: the database does not say", "err", err)
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hint:
		case <-poll.C:
		case <-prune.C:
			if err := r.Events.PruneEvents(ctx); err != nil && ctx.Err() == nil {
				r.Log.Warn("old events are still held", "err", err)
			}
		}
	}
}

// read shows the next events, and reports whether there may be more. Where events are missing pages reload.
func (r *Relay) read(ctx context.Context) (more bool, err error) {
	seen := r.Pages.Cursor().Seq
	next, err := r.Events.EventsAfter(ctx, seen, gatherMost)
	if errors.Is(err, store.ErrGone) {
		seen = 0
		next, err = r.Events.EventsAfter(ctx, 0, gatherMost)
	}
	if err != nil || len(next) == 0 {
		return false, err
	}
	more = len(next) == gatherMost
	if seen == 0 {
		r.Pages.begin(next[0].Seq)
		next = next[1:]
	}
	for _, e := range next {
		r.Pages.receive(e)
	}
	return more, nil
}

// append writes to the log what is published here.
func (r *Relay) append(ctx context.Context) error {
	o := outgoing{relay: r, cursor: r.Here.Cursor()}
	defer o.close()
	for ctx.Err() == nil {
		if o.gather(ctx); len(o.batch) > 0 {
			o.flush(ctx)
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	for o.take(); len(o.batch) > 0 && end.Err() == nil; o.take() {
		o.flush(end)
	}
	return nil
}

// outgoing is what is published here and does not stand in the log yet. It is for one goroutine.
type outgoing struct {
	relay   *Relay
	cursor  Cursor // of Here: up to where events are in the batch, or beyond
	watcher *Watcher
	batch   []models.Event
	seen    uint64 // of Pages, when the batch began
	down    outage
}

func (o *outgoing) close() {
	if o.watcher != nil {
		o.watcher.Close()
	}
}

// watch sees to it that there is a watcher. One that was too slow is replaced; if that is too late, pages must reload.
func (o *outgoing) watch() bool {
	if o.watcher != nil {
		return true
	}
	here := o.relay.Here
	w, err := here.subscribe(&Watcher{all: true}, o.cursor)
	if errors.Is(err, ErrGone) {
		o.batch = append(o.batch[:0], models.Event{})
		o.cursor = here.Cursor()
		w, err = here.subscribe(&Watcher{all: true}, o.cursor)
	}
	if err != nil { // the program ends
		return false
	}
	o.watcher = w
	return true
}

// gather waits for an event, and takes those that follow within a moment.
func (o *outgoing) gather(ctx context.Context) {
	if !o.watch() {
		<-ctx.Done()
		return
	}
	if len(o.batch) == 0 {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-o.watcher.Events():
			o.seen = o.relay.Pages.Cursor().Seq
			o.add(e, ok)
		}
		wait(ctx, gatherFor)
	}
	o.take()
}

// take takes the events that wait, without waiting.
func (o *outgoing) take() {
	for o.watch() && len(o.batch) < gatherMost {
		select {
		case e, ok := <-o.watcher.Events():
			o.add(e, ok)
		default:
			return
		}
	}
}

// add adds an event to the batch; ok is false if the watcher was dropped.
func (o *outgoing) add(e models.Event, ok bool) {
	if !ok {
		o.watcher = nil
		return
	}
	o.cursor = Cursor{Hub: o.relay.Here.id, Seq: max(o.cursor.Seq, e.Seq)}
	if e.Alarm != nil || e.Health != nil { // of this process, and to be seen when there is no database
		o.relay.Pages.pass(e)
		return
	}
	if e.Partial != nil { // the latest of each line is enough
		for i, x := range o.batch {
			if x.Partial != nil && x.Partial.Key == e.Partial.Key {
				o.batch = append(o.batch[:i], o.batch[i+1:]...)
				break
			}
		}
	}
	o.batch = append(o.batch, e)
}

// flush writes the batch. What may tell of what was erased meanwhile is not written: pages reload instead.
func (o *outgoing) flush(ctx context.Context) {
	err := o.relay.Events.PutEvents(ctx, o.seen, o.batch)
	if errors.Is(err, store.ErrGone) {
		o.batch, o.seen = append(o.batch[:0], models.Event{}), 0
		err = o.relay.Events.PutEvents(ctx, 0, o.batch)
	}
	if o.down.note(err); o.down.begins && ctx.Err() == nil {
		o.relay.Log.Warn("other processes do not learn what happens here: the database does not take it", "err", err)
	}
	if err != nil {
		wait(ctx, retryAfter)
		return
	}
	o.batch = o.batch[:0]
}

// outage notes whether something fails.
type outage struct{ on, begins bool }

func (o *outage) note(err error) { o.begins, o.on = err != nil && !o.on, err != nil }
