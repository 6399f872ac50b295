package live

import (
	"context"
	"errors"
	"time"
)

// Session is a session by its id, taken up from the store where it is not known: when clips of an earlier run come back, or a host
// answers long after. No other session waits meanwhile. The error is models.ErrNotFound when it was erased.
func (d *Sessions) Session(ctx context.Context, id string) (*Session, error) {
	for {
		d.mu.Lock()
		s, known := d.sessions[id]
		if !known {
			d.forget()
			s = newSession(d.env, id)
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
		if !errors.Is(s.failed, context.Canceled) && !errors.Is(s.failed, context.DeadlineExceeded) { // else whoever made it gave up
			return nil, s.failed
		}
	}
}

// make takes up a session that has just become known.
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

// known is a session that is known already, or nil. It waits for nothing.
func (d *Sessions) known(id string) *Session {
	d.mu.Lock()
	s := d.sessions[id]
	d.mu.Unlock()
	if !s.made() {
		return nil
	}
	return s
}

// keepKnown is how long a session is known after its last word; what comes later takes it up anew.
const keepKnown = 5 * time.Minute

// forget lets go of sessions that are over; the caller holds the lock.
func (d *Sessions) forget() {
	for id, s := range d.sessions {
		if s.made() && s.place() == nil && time.Since(*s.used.Load()) > keepKnown {
			delete(d.sessions, id)
		}
	}
}
