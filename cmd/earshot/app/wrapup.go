package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"earshot/models"
)

const (
	// wrapUpLook is how often it is looked whether everything that was heard in a session is text.
	wrapUpLook = 250 * time.Millisecond
	// wrapUpsAtOnce bounds the sessions that are summed up at the same time: a language model may take minutes for one.
	wrapUpsAtOnce = 4
)

// wrapUps are the sessions that are over and wait for their last words to be text, so that they can be summed up and their files
// written. No stay waits for that, and no room: only the end of the program does, for a while.
type wrapUps struct {
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

// add has a session wrapped up when its words are there. It does not wait.
func (w *wrapUps) add(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, id)
	w.ring()
}

// ring wakes run; the caller holds mu.
func (w *wrapUps) ring() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// run wraps sessions up until the context ends. It returns after all that it began.
func (w *wrapUps) run(ctx context.Context) error {
	defer w.work.Wait()
	t := time.NewTicker(wrapUpLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-w.changed:
		}
		w.look(ctx)
	}
}

// look begins to wrap up the sessions whose words are all there.
func (w *wrapUps) look(ctx context.Context) {
	w.mu.Lock()
	ids := w.waiting
	w.waiting = nil
	w.mu.Unlock()
	var later []string
	full := false // what finds no place is first when there is one: nothing that ended after it overtakes it
	for _, id := range ids {
		switch n, err := w.pending(ctx, id); {
		case errors.Is(err, models.ErrNotFound):
		case err != nil || n > 0 || full:
			later = append(later, id)
		case !w.begin(ctx, id):
			full, later = true, append(later, id)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(later, w.waiting...)
}

// begin wraps a session up beside others, unless enough are being.
func (w *wrapUps) begin(ctx context.Context, id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy >= wrapUpsAtOnce {
		return false
	}
	w.busy++
	w.work.Go(func() {
		w.wrapUp(ctx, id)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.busy--
		w.ring()
	})
	return true
}

// finish waits, while run runs, until every session whose words are there is wrapped up, or the context ends. The next start sees
// to the others.
func (w *wrapUps) finish(ctx context.Context) {
	t := time.NewTicker(wrapUpLook / 5)
	defer t.Stop()
	for ctx.Err() == nil && w.ready(ctx) > 0 {
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range w.waiting {
		w.log.Warn("the session is not summed up yet; the next start will do it", "session", id)
	}
}

// ready counts the sessions that are being wrapped up or could be.
func (w *wrapUps) ready(ctx context.Context) int {
	w.mu.Lock()
	n, ids := w.busy, append([]string(nil), w.waiting...)
	w.mu.Unlock()
	for _, id := range ids {
		if left, err := w.pending(ctx, id); err == nil && left == 0 {
			n++
		}
	}
	return n
}
