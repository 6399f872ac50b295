package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/transcribe"
)

// recovery takes up what an earlier run left, and knows what it could not take up. One session that cannot be read keeps no other
// from going on.
type recovery struct {
	store    store.Store
	sessions *live.Sessions
	text     *transcribe.Service
	log      *slog.Logger

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

// run closes the sessions that a crash cut short, decides what waited in them, and queues the clips that were not decoded.
// What is wrong with one session is logged and shown, and the others go on.
func (r *recovery) run(ctx context.Context) error {
	broken, err := r.store.UnendedSessions(ctx)
	if err != nil {
		return err
	}
	for _, b := range broken {
		if err := r.closeBroken(ctx, b); err != nil {
			r.notRecovered(ctx, b.ID, err)
		}
	}
	if err := r.sessions.Recover(ctx); err != nil && ctx.Err() == nil {
		r.log.Error("not all that an earlier run left open could be closed", "err", err)
	}
	n, err := r.requeue(ctx)
	if n > 0 || len(broken) > 0 {
		r.log.Info("going on where the last run ended", "sessions", len(broken), "clips", n)
	}
	return err
}

// requeue queues the clips that were not decoded, and counts them. A clip that cannot be read stays in the spool.
func (r *recovery) requeue(ctx context.Context) (n int, err error) {
	keys, err := r.store.PendingKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the spool: %w", err)
	}
	for _, k := range keys {
		clip, err := r.store.Clip(ctx, k)
		if err == nil {
			_, err = r.sessions.Session(ctx, k.Session)
		}
		switch {
		case errors.Is(err, models.ErrNotFound): // erased meanwhile
			continue
		case err != nil:
			r.notRecovered(ctx, k.Session, err)
			continue
		}
		r.text.Submit(clip)
		n++
	}
	return n, ctx.Err()
}

// notRecovered notes that a session could not be taken up, unless it was erased meanwhile or the program is ending.
func (r *recovery) notRecovered(ctx context.Context, session string, err error) {
	if errors.Is(err, models.ErrNotFound) || ctx.Err() != nil {
		return
	}
	r.log.Error("a session of an earlier run is not taken up", "session", session, "err", err)
	r.failed(session)
}

// closeBroken ends a session behind the last thing that was heard in it, also where that waits for decoding, and notes the gap.
func (r *recovery) closeBroken(ctx context.Context, b models.Session) error {
	info, err := r.store.Session(ctx, b.ID)
	if err != nil {
		return err
	}
	end := info.DurationMS
	gap := models.Gap{Session: b.ID, StartMS: end, EndMS: end, Cause: models.GapRestart}
	if err := r.store.PutGap(ctx, gap); err != nil {
		return err
	}
	return r.store.EndSession(ctx, b.ID, models.EndStopped, b.Started.Add(time.Duration(end)*time.Millisecond))
}
