package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

const (
	// lastWait is the longest delay before silence is sent again, unless the server names a time itself.
	lastWait = 15 * time.Second
	// longestWait bounds the time that a server may name (Retry-After).
	longestWait = time.Minute
	// patience is how long a server may be away where Config.Patient is not set.
	patience = 10 * time.Second
)

// Run finds out whether the server transcribes whenever that is in doubt, until ctx ends; then it returns nil. Without
// Config.Patient it returns why the server can't be used when that lasts.
func (s *Server) Run(ctx context.Context) error {
	defer s.set(func(t *state) { t.up, t.ended = false, transcribe.ErrUnavailable })
	away := time.Now()
	for wait := s.firstWait; ; {
		err := s.probe(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			if !s.untilDoubted(ctx) {
				return nil
			}
			away, wait = time.Now(), s.firstWait
			continue
		case !s.cfg.Patient && (isRefusal(err) || time.Since(away) > patience):
			return models.BadInput(err)
		}
		if named := retryAfter(err); named > 0 {
			wait = named
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}

// probe sends a second of silence and sets the state by what comes of it.
func (s *Server) probe(ctx context.Context) error {
	_, err := s.ask(ctx, make([]float32, models.SampleRate), transcribe.Options{Language: "en"})
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		s.doubt(err)
		return err
	}
	before := s.Stats()
	s.set(func(t *state) { t.up, t.why, t.since = true, nil, time.Time{} })
	if before.Why != nil {
		s.cfg.Logger.Info("the decoder's server transcribes again", "host", s.at.Host, "ms", time.Since(before.Since).Milliseconds())
	}
	return nil
}

// doubt makes the slots wait until silence has been transcribed.
func (s *Server) doubt(why error) {
	first := false
	s.set(func(t *state) {
		first = t.why == nil
		if first {
			t.since = time.Now()
		}
		t.up, t.why = false, why
		s.counts.failures++
	})
	if first {
		s.cfg.Logger.Warn("the decoder's server does not transcribe; clips wait", "host", s.at.Host, "err", why)
	}
}

// untilDoubted waits while the server is up. It returns false when ctx ended first.
func (s *Server) untilDoubted(ctx context.Context) bool {
	for {
		now, changed := s.look()
		if !now.up {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}

// await waits until the server is up. It returns transcribe.ErrUnavailable (wrapped) when ctx ends or Run has returned.
func (s *Server) await(ctx context.Context) error {
	for {
		now, changed := s.look()
		switch {
		case now.ended != nil:
			return fmt.Errorf("decoder: %w", errors.Join(now.ended, now.why))
		case now.up:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, ctx.Err())
		case <-changed:
		}
	}
}

func (s *Server) look() (state, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.changed
}

// set changes the state and wakes all who wait for a change.
func (s *Server) set(change func(*state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
	close(s.changed)
	s.changed = make(chan struct{})
}
