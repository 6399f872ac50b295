package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation"
	"earshot/moderation/review"
)

// queue takes finished clips for decoding; it never blocks and never drops one. Again decodes a flagged one once more.
type queue interface {
	Submit(models.Clip)
	Again(c models.Clip, done func(models.Utterance)) bool
}

// desk is where everything that was heard passes: clips go to disk and then to the queue, transcripts through the rules
// and into the store, and what is stored is shown to whoever watches. Its methods may be called from any goroutine.
type desk struct {
	store *sqlite.Store
	rules *moderation.Set // nil: none
	hub   *review.Hub
	log   *slog.Logger
	queue queue
	count *metrics
	quota *spoolQuota
	keep  time.Duration // how long the sound of flagged lines is kept; 0: none is

	mu       sync.Mutex
	sessions map[string]*judged
}

func newDesk(store *sqlite.Store, rules *moderation.Set, hub *review.Hub, log *slog.Logger) *desk {
	return &desk{store: store, rules: rules, hub: hub, log: log, count: newMetrics(), sessions: map[string]*judged{}}
}

// Clip stores a finished stretch of speech, and only then queues it.
func (d *desk) Clip(ctx context.Context, c models.Clip) error {
	if err := d.quota.room(ctx, len(c.Opus)); err != nil {
		return err
	}
	switch err := d.store.PutClip(ctx, c); {
	case errors.Is(err, models.ErrNotFound): // the session was erased meanwhile
		return nil
	case err != nil:
		return err
	}
	d.count.heard(c)
	d.queue.Submit(c)
	d.talked(ctx, c)
	return nil
}

// Gap stores what was not heard and shows it.
func (d *desk) Gap(ctx context.Context, g models.Gap) error {
	if err := d.store.PutGap(ctx, g); err != nil {
		return err
	}
	d.count.missed(g)
	d.hub.Publish(models.Event{SessionID: g.Session, Gap: &g})
	return nil
}

// Speaker stores who is there and tells the judge and the watchers.
func (d *desk) Speaker(ctx context.Context, p models.Speaker) error {
	if err := d.store.PutSpeaker(ctx, p); err != nil {
		return err
	}
	j, err := d.judged(ctx, p.Session)
	if err != nil {
		return err
	}
	d.hub.Publish(models.Event{SessionID: p.Session, Speaker: &p})
	return d.arrived(ctx, j, p)
}

// Done judges a transcript, stores it with all that came of it in the transaction that acknowledges the clip, shows it,
// and has the actions carried out.
func (d *desk) Done(ctx context.Context, u models.Utterance) error {
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
	u.LateMS = max(0, u.Committed.Sub(j.session.Started).Milliseconds()-u.EndMS)
	out := j.decide(u)
	r := outcomeRecord(u.Session, out)
	redact(&u, r.Flags, out.Redactions)
	r.Utterance, r.Evidence = &u, d.evidence(ctx, u, out.Flags)
	second := d.soundFor(ctx, u.Key, out.Looks)
	switch err := d.store.Put(ctx, r); {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	d.lookAgain(j, out.Looks, second)
	d.count.stored(u, r.Flags)
	d.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	if r.Evidence != nil {
		r.Evidence.ID, r.Evidence.Ogg = models.EvidenceID(u.Key), nil
		d.hub.Publish(models.Event{SessionID: u.Session, Evidence: r.Evidence})
	}
	d.show(j, r)
	d.log.Debug("line stored", "key", u.Key.String(), "chars", len(u.Text), "flags", len(r.Flags), "late_ms", u.LateMS)
	return nil
}

// spokenAt is when a clip's speech ended.
func (d *desk) spokenAt(c models.Clip) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j, ok := d.sessions[c.Session]; ok {
		return j.session.Started.Add(time.Duration(c.EndMS) * time.Millisecond)
	}
	return time.Now()
}

// inRooms counts the rooms that the bot is in.
func (d *desk) inRooms() int {
	d.mu.Lock()
	all := make([]*judged, 0, len(d.sessions))
	for _, j := range d.sessions {
		all = append(all, j)
	}
	d.mu.Unlock()
	n := 0
	for _, j := range all {
		j.mu.Lock()
		if j.room != nil {
			n++
		}
		j.mu.Unlock()
	}
	return n
}
