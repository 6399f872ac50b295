package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// Session returns a session, restored from the store if it is not in memory: for clips of an earlier run, or a host's late answer.
// Other sessions do not wait meanwhile. The error is models.ErrNotFound if it has been erased.
func (d *Sessions) Session(ctx context.Context, id string) (*Session, error) {
	for {
		d.mu.Lock()
		s, known := d.sessions[id]
		if !known {
			d.forget()
			s = newSession(d.env, id, d.drop)
			d.sessions[id] = s
		}
		s.touch()
		d.mu.Unlock()
		if !known {
			return s, d.make(ctx, id, s)
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if s.failed == nil {
			return s, nil
		}
		// Otherwise the caller that restored it gave up: try again.
		if !errors.Is(s.failed, context.Canceled) && !errors.Is(s.failed, context.DeadlineExceeded) {
			return nil, s.failed
		}
	}
}

// in runs do in a session's mailbox; once more, in the session as it is stored then, if another process has carried it on meanwhile.
func (d *Sessions) in(ctx context.Context, id string, do func(*Session) error) (err error) {
	for range 2 {
		var s *Session
		if s, err = d.Session(ctx, id); err != nil {
			return err
		}
		if err = s.do(ctx, func() error { return do(s) }); !errors.Is(err, store.ErrFenced) {
			return err
		}
	}
	return err
}

// drop forgets a session that another process carries on.
func (d *Sessions) drop(s *Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id := s.judge.session; d.sessions[id] == s {
		delete(d.sessions, id)
	}
}

// make restores a new session.
func (d *Sessions) make(ctx context.Context, id string, s *Session) error {
	err := s.do(ctx, func() error { return s.restore(ctx, d.policy) })
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(s.ready)
	if s.failed = err; err != nil {
		delete(d.sessions, id)
	}
	return err
}

// known returns a session that is in memory, or nil. It does not wait.
func (d *Sessions) known(id string) *Session {
	d.mu.Lock()
	s := d.sessions[id]
	d.mu.Unlock()
	if !s.made() {
		return nil
	}
	return s
}

// count has the other sessions in memory count strikes that were stored in one, where these are not of that session alone.
func (d *Sessions) count(in string, strikes []models.LedgerEntry) {
	shared := slices.DeleteFunc(slices.Clone(strikes), func(e models.LedgerEntry) bool { return e.Scope == in })
	if len(shared) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, s := range d.sessions {
		if id != in {
			s.post(func() { s.judge.strikes(shared) })
		}
	}
}

// keepKnown is how long a session remains in memory after its last use.
const keepKnown = 5 * time.Minute

// forget drops unused sessions that have ended; the caller holds the lock.
func (d *Sessions) forget() {
	for id, s := range d.sessions {
		if s.made() && s.place() == nil && time.Since(*s.used.Load()) > keepKnown {
			delete(d.sessions, id)
		}
	}
}
