package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/cmd/earshot/node"
	"earshot/models"
	"earshot/models/store"
	"earshot/models/ticks"
	"earshot/moderation/live"
	"earshot/transcribe"
)

// recovery resumes what an earlier run left unfinished, and remembers what it could not resume. A session that cannot be read does
// not hold up the others.
type recovery struct {
	store    store.Store
	sessions *live.Sessions
	text     *transcribe.Service
	node     *node.Node
	log      *slog.Logger

	mu     sync.Mutex
	broken []string // sessions
}

// failed notes that a session could not be recovered.
func (r *recovery) failed(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.broken, session) {
		r.broken = append(r.broken, session)
	}
}

// condition reports how many sessions could not be recovered; nothing if all were.
func (r *recovery) condition() []models.Condition {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.broken) == 0 {
		return nil
	}
	return []models.Condition{{
		Text: models.Count(len(r.broken), "session") + " of an earlier run could not be resumed. The audio is safe on disk.",
		Hint: "See the log for details. The next start tries again; \"earshot check\" verifies the database.",
	}}
}

// run closes the sessions that a crash cut short, lets what was pending in them lapse, and queues the clips that were not decoded.
// Problems with one session are logged and shown, and the others continue.
func (r *recovery) run(ctx context.Context) error {
	broken, err := r.abandoned(ctx)
	if err != nil {
		return err
	}
	for _, b := range broken {
		if err := closeBroken(ctx, r.store, b); err != nil {
			r.notRecovered(ctx, b.ID, err)
		}
	}
	if err := r.sessions.Recover(ctx); err != nil && ctx.Err() == nil {
		r.log.Error("not everything that an earlier run left open could be closed", "err", err)
	}
	n, err := r.requeue(ctx)
	if n > 0 || len(broken) > 0 {
		r.log.Info("resuming after the last run", "sessions", len(broken), "clips", n)
	}
	return err
}

// abandoned lists the sessions that have not ended and that nobody goes on with: those of rooms that other processes hear, or take up
// again, are theirs.
func (r *recovery) abandoned(ctx context.Context) ([]models.Session, error) {
	unended, err := r.store.UnendedSessions(ctx)
	if err != nil {
		return nil, err
	}
	leases, err := r.store.RoomLeases(ctx)
	theirs := map[string]bool{}
	for _, l := range leases {
		theirs[l.ID] = true
	}
	return slices.DeleteFunc(unended, func(s models.Session) bool { return theirs[s.Room] }), err
}

// requeue queues the clips that were not decoded, and counts them. A clip that cannot be read stays in the spool.
func (r *recovery) requeue(ctx context.Context) (n int, err error) {
	pending := r.store.PendingKeys
	if r.node.Shared() {
		pending = func(ctx context.Context) ([]models.Key, error) {
			return r.store.AdoptClips(ctx, r.node.ID(), "", node.DeadAfter)
		}
	}
	keys, err := pending(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the spool: %w", err)
	}
	return r.submit(ctx, keys)
}

// adoptEvery is how often clips are looked for whose process is gone.
const adoptEvery = 2 * time.Second

// adopt takes over, until the context ends, the clips of ended sessions whose process is gone. Those of running sessions pass to who
// carries the session on.
func (r *recovery) adopt(ctx context.Context) error {
	if !r.node.Shared() {
		return nil
	}
	failed := false // the latest attempt: of failures in a row only the first is logged
	for range ticks.Every(ctx, adoptEvery) {
		n, err := r.requeue(ctx)
		if err != nil && ctx.Err() == nil && !failed {
			r.log.Warn("clips of processes that are gone could not be taken over; trying again", "err", err)
		} else if n > 0 {
			r.log.Info("took over clips of a process that is gone", "clips", n)
		}
		failed = err != nil
	}
	return nil
}

// carryOn takes over the clips of a session that another process began.
func (r *recovery) carryOn(ctx context.Context, session string) error {
	if !r.node.Shared() {
		return nil
	}
	keys, err := r.store.AdoptClips(ctx, r.node.ID(), session, node.DeadAfter)
	if err == nil {
		_, err = r.submit(ctx, keys)
	}
	return err
}

// submit queues clips, and counts them.
func (r *recovery) submit(ctx context.Context, keys []models.Key) (n int, err error) {
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

// notRecovered notes that a session could not be recovered, unless it was erased meanwhile or the program is ending.
func (r *recovery) notRecovered(ctx context.Context, session string, err error) {
	if errors.Is(err, models.ErrNotFound) || ctx.Err() != nil {
		return
	}
	r.log.Error("a session of an earlier run could not be resumed", "session", session, "err", err)
	r.failed(session)
}

// closeBroken ends a session after the last speech heard in it, decoded or not, and notes the gap.
func closeBroken(ctx context.Context, db store.Store, b models.Session) error {
	info, err := db.Session(ctx, b.ID)
	if err != nil {
		return err
	}
	end := info.DurationMS
	gap := models.Gap{Session: b.ID, StartMS: end, EndMS: end, Cause: models.GapRestart}
	if err := db.PutGap(ctx, gap); err != nil {
		return err
	}
	return db.EndSession(ctx, b.ID, models.EndStopped, b.Started.Add(time.Duration(end)*time.Millisecond))
}
