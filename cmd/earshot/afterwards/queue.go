package afterwards

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

const (
	// lookEvery is how often the queue checks whether a session is fully decoded.
	lookEvery = 250 * time.Millisecond
	// atOnce limits how many sessions are summarised at the same time: a language model may take minutes for one.
	atOnce = 4
)

// Queue holds the sessions that are over and wait for their last clips to be decoded, so that they can be summarised and exported.
// Leaving a room does not wait for this; only the end of the program does, for a while. Its methods may be called from any
// goroutine.
type Queue struct {
	// Summaries also summarises sessions on request.
	Summaries Summariser

	// pending counts a session's clips that wait to be decoded; models.ErrNotFound means that the session was erased.
	pending func(ctx context.Context, id string) (int, error)
	// wrapUp summarises and exports a session; it hurries when its context ends.
	wrapUp func(ctx context.Context, id string)
	log    *slog.Logger

	mu      sync.Mutex
	waiting []string
	busy    int
	changed chan struct{} // signals that a session was added or finished
	work    sync.WaitGroup
}

// Add queues a session to be wrapped up once it is fully decoded. It does not wait.
func (q *Queue) Add(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slices.Contains(q.waiting, id) {
		return
	}
	q.waiting = append(q.waiting, id)
	q.ring()
}

// ring wakes Run; the caller holds mu.
func (q *Queue) ring() {
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

// Run wraps sessions up until the context ends. It returns once everything it started has finished.
func (q *Queue) Run(ctx context.Context) error {
	defer q.work.Wait()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-q.changed:
		}
		q.look(ctx)
	}
}

// look starts to wrap up the sessions that are fully decoded.
func (q *Queue) look(ctx context.Context) {
	q.mu.Lock()
	ids := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	var later []string
	full := false // whatever finds no slot goes first later: no session that ended after it overtakes it
	for _, id := range ids {
		switch n, err := q.pending(ctx, id); {
		case errors.Is(err, models.ErrNotFound):
		case err != nil || n > 0 || full:
			later = append(later, id)
		case !q.begin(ctx, id):
			full, later = true, append(later, id)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(later, q.waiting...)
}

// begin wraps a session up in the background, unless too many already are.
func (q *Queue) begin(ctx context.Context, id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy >= atOnce {
		return false
	}
	q.busy++
	q.work.Go(func() {
		q.wrapUp(ctx, id)
		q.mu.Lock()
		defer q.mu.Unlock()
		q.busy--
		q.ring()
	})
	return true
}

// Finish waits, while Run runs, until every fully decoded session is wrapped up or the context ends. The next start does the rest.
func (q *Queue) Finish(ctx context.Context) {
	t := time.NewTicker(lookEvery / 5)
	defer t.Stop()
	for ctx.Err() == nil && q.ready(ctx) > 0 {
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range q.waiting {
		q.log.Warn("the session has not been summarised yet; the next start will do it", "session", id)
	}
}

// ready counts the sessions that are being wrapped up or could be now.
func (q *Queue) ready(ctx context.Context) int {
	q.mu.Lock()
	n, ids := q.busy, append([]string(nil), q.waiting...)
	q.mu.Unlock()
	for _, id := range ids {
		if left, err := q.pending(ctx, id); err == nil && left == 0 {
			n++
		}
	}
	return n
}
