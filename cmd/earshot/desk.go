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

// queue takes finished clips for decoding; it never blocks and never drops one.
type queue interface{ Submit(models.Clip) }

// desk is where everything that was heard passes: clips go to disk and then to the queue, transcripts through the rules
// and into the store, and what is stored is shown to whoever watches. Its methods may be called from any goroutine.
type desk struct {
	store *sqlite.Store
	rules *moderation.Set // nil: none
	hub   *review.Hub
	log   *slog.Logger
	queue queue
	quota *spoolQuota
	keep  time.Duration // how long the sound of flagged lines is kept; 0: none is

	mu       sync.Mutex
	sessions map[string]*judged
}

// judged is a session with its judge. The lock keeps the session's lines in one order for judging and storing.
type judged struct {
	mu      sync.Mutex
	session models.Session
	judge   *moderation.Session // nil: no rules
}

// person tells the judge who is there.
func (j *judged) person(p models.Speaker) {
	if j.judge != nil {
		j.judge.Person(p)
	}
}

// flags judges a line.
func (j *judged) flags(u models.Utterance) []models.Flag {
	if j.judge == nil {
		return nil
	}
	return j.judge.Judge(u)
}

func newDesk(store *sqlite.Store, rules *moderation.Set, hub *review.Hub, log *slog.Logger) *desk {
	return &desk{store: store, rules: rules, hub: hub, log: log, sessions: map[string]*judged{}}
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
	d.queue.Submit(c)
	return nil
}

// Gap stores what was not heard and shows it.
func (d *desk) Gap(ctx context.Context, g models.Gap) error {
	if err := d.store.PutGap(ctx, g); err != nil {
		return err
	}
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
	j.mu.Lock()
	j.person(p)
	j.mu.Unlock()
	d.hub.Publish(models.Event{SessionID: p.Session, Speaker: &p})
	return nil
}

// Done judges a transcript, stores it with its flags in the transaction that acknowledges the clip, and shows it.
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
	flags := j.flags(u)
	evidence := d.evidence(ctx, u, flags)
	switch err := d.store.CommitWithEvidence(ctx, u, flags, evidence); {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	d.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	if evidence != nil {
		evidence.ID, evidence.Ogg = models.EvidenceID(u.Key), nil
		d.hub.Publish(models.Event{SessionID: u.Session, Evidence: evidence})
	}
	for _, f := range flags {
		d.hub.Publish(models.Event{SessionID: u.Session, Flag: &f})
	}
	d.log.Debug("line stored", "key", u.Key.String(), "chars", len(u.Text), "flags", len(flags), "late_ms", u.LateMS)
	return nil
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
	people, err := d.store.Speakers(ctx, id)
	if err != nil {
		return nil, err
	}
	j := &judged{session: info.Session}
	if d.rules != nil {
		j.judge = moderation.NewSession(d.rules, info.Session)
	}
	for _, p := range people {
		j.person(p)
	}
	d.sessions[id] = j
	return j, nil
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
