package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// recovery is what could not be taken up of an earlier run. One session that cannot be read keeps no other from going on.
type recovery struct {
	mu     sync.Mutex
	broken []string // sessions
}

// failed notes that a session could not be taken up.
func (r *recovery) failed(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.broken, session) {
		r.broken = append(r.broken, session)
	}
}

// condition says how many sessions could not be taken up; nothing when all were.
func (r *recovery) condition() []models.Condition {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.broken) == 0 {
		return nil
	}
	return []models.Condition{{
		Text: fmt.Sprintf(
			"Sessions of an earlier run that could not be taken up: %d. What was heard in them is safe on the disk.", len(r.broken),
		),
		Hint: "The log says which and why. The next start tries again; \"earshot check\" looks the record through.",
	}}
}

// recover closes the sessions that a crash cut short, decides what waited in them, and queues the clips that were not decoded.
// What is wrong with one session is logged and shown, and the others go on.
func (s *Station) recover(ctx context.Context) error {
	broken, err := s.Store.UnendedSessions(ctx)
	if err != nil {
		return err
	}
	for _, b := range broken {
		if err := s.closeBroken(ctx, b); err != nil {
			s.notRecovered(ctx, b.ID, err)
		}
	}
	if err := s.Sessions.Recover(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error("not all that an earlier run left open could be closed", "err", err)
	}
	n, err := s.requeue(ctx)
	if n > 0 || len(broken) > 0 {
		s.Log.Info("going on where the last run ended", "sessions", len(broken), "clips", n)
	}
	return err
}

// requeue queues the clips that were not decoded, and counts them. A clip that cannot be read stays in the spool.
func (s *Station) requeue(ctx context.Context) (n int, err error) {
	keys, err := s.Store.PendingKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the spool: %w", err)
	}
	for _, k := range keys {
		clip, err := s.Store.Clip(ctx, k)
		if err == nil {
			_, err = s.Sessions.Session(ctx, k.Session)
		}
		switch {
		case errors.Is(err, models.ErrNotFound): // erased meanwhile
			continue
		case err != nil:
			s.notRecovered(ctx, k.Session, err)
			continue
		}
		s.text.Submit(clip)
		n++
	}
	return n, ctx.Err()
}

// notRecovered notes that a session could not be taken up, unless it was erased meanwhile or the program is ending.
func (s *Station) notRecovered(ctx context.Context, session string, err error) {
	if errors.Is(err, models.ErrNotFound) || ctx.Err() != nil {
		return
	}
	s.Log.Error("a session of an earlier run is not taken up", "session", session, "err", err)
	s.recovery.failed(session)
}

// closeBroken ends a session behind the last thing that was heard in it, also where that waits for decoding, and notes the gap.
func (s *Station) closeBroken(ctx context.Context, b models.Session) error {
	info, err := s.Store.Session(ctx, b.ID)
	if err != nil {
		return err
	}
	end := info.DurationMS
	gap := models.Gap{Session: b.ID, StartMS: end, EndMS: end, Cause: models.GapRestart}
	if err := s.Store.PutGap(ctx, gap); err != nil {
		return err
	}
	return s.Store.EndSession(ctx, b.ID, models.EndStopped, b.Started.Add(time.Duration(end)*time.Millisecond))
}
