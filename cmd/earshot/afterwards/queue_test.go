package afterwards

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// backlog counts what waits of each session, and keeps what was wrapped up.
type backlog struct {
	mu      sync.Mutex
	pending map[string]int
	done    []string
	running int
	most    int
}

func (b *backlog) count(_ context.Context, id string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, known := b.pending[id]
	if !known {
		return 0, fmt.Errorf("session: %w", models.ErrNotFound)
	}
	return n, nil
}

func (b *backlog) wrapUp(ctx context.Context, id string) {
	b.mu.Lock()
	b.running++
	b.most = max(b.most, b.running)
	b.mu.Unlock()
	select {
	case <-time.After(time.Minute): // a language model thinks
	case <-ctx.Done():
		id += " in haste"
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	b.done = append(b.done, id)
}

// TestQueue: a few sessions at a time are wrapped up, each once its words are there; erased ones are forgotten. At the end of the
// program what is ready is waited for as long as it may take, then hurried on, and what is not ready is told.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backlog{pending: map[string]int{"late": 3}}
		var logged strings.Builder
		q := &Queue{pending: b.count, wrapUp: b.wrapUp, log: slog.New(slog.NewTextHandler(&logged, nil)), changed: make(chan struct{}, 1)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx) }()
		for i := range 9 {
			b.pending[fmt.Sprint("s", i)] = 0
		}
		for i := range 9 {
			q.Add(fmt.Sprint("s", i))
		}
		q.Add("late")
		q.Add("erased")
		time.Sleep(130 * time.Second)
		synctest.Wait()
		if len(b.done) != 8 || b.most != atOnce {
			t.Errorf("after two minutes %v were wrapped up, at most %d at once", b.done, b.most)
		}
		short, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		began := time.Now()
		q.Finish(short)
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("the end waited %v", took)
		}
		cancel()
		if err := <-ended; err != nil || len(b.done) != 9 || b.done[8] != "s8 in haste" {
			t.Errorf("wrapped up %v, %v", b.done, err)
		}
		if !strings.Contains(logged.String(), "session=late") || strings.Contains(logged.String(), "erased") {
			t.Errorf("log: %s", &logged)
		}
	})
}
