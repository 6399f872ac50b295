package afterwards

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"earshot/models"
)

const (
	// lookEvery is how often it is looked whether everything that was heard in a session is text.
	lookEvery = 250 * time.Millisecond
	// atOnce bounds the sessions that are summed up at the same time: a language model may take minutes for one.
	atOnce = 4
)

// Queue is the sessions that are over and wait for their last words to be text, so that they can be summed up and their files
// written. No stay waits for that, and no room: only the end of the program does, for a while. Its methods may be called from any
// goroutine.
type Queue struct {
	// Summaries sums sessions up when somebody asks, too.
	Summaries Summariser

	// pending counts the clips of a session that wait for decoding; models.ErrNotFound: the session was erased.
	pending func(ctx context.Context, id string) (int, error)
	// wrapUp sums a session up, with less care when its context ends.
	wrapUp func(ctx context.Context, id string)
	log    *slog.Logger

	mu      sync.Mutex
	waiting []string
	busy    int
	changed chan struct{} // rings when a session came or was wrapped up
	work    sync.WaitGroup
}

// Add has a session wrapped up when its words are there. It does not wait.
func (q *Queue) Add(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
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

// Run wraps sessions up until the context ends. It returns after all that it began.
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

// look begins to wrap up the sessions whose words are all there.
func (q *Queue) look(ctx context.Context) {
	q.mu.Lock()
	ids := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	var later []string
	full := false // what finds no place is first when there is one: nothing that ended after it overtakes it
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

// begin wraps a session up beside others, unless enough are being.
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

// Finish waits, while Run runs, until every session whose words are there is wrapped up, or the context ends. The next start sees
// to the others.
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
		q.log.Warn("the session is not summed up yet; the next start will do it", "session", id)
	}
}

// ready counts the sessions that are being wrapped up or could be.
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
