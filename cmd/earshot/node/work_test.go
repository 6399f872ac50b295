package node

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// works is who has which work until when.
type works struct {
	mu   sync.Mutex
	has  map[string]string
	till map[string]time.Time
	err  error
}

func (w *works) TakeWork(_ context.Context, name, node string, lease time.Duration) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return false, w.err
	}
	if w.has[name] != node && time.Now().Before(w.till[name]) {
		return false, nil
	}
	w.has[name], w.till[name] = node, time.Now().Add(lease)
	return true, nil
}

func (w *works) LeaveWork(_ context.Context, name, node string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.has[name] == node {
		delete(w.till, name)
	}
	return nil
}

func (w *works) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

func workers() (w *works, a, b *Node) {
	w = &works{has: map[string]string{}, till: map[string]time.Time{}}
	c := Config{Store: &list{}, Work: w, Log: slog.New(slog.DiscardHandler)}
	return w, New(c), New(c)
}

// What one process does, however long it takes, another does only afterwards.
func TestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := workers()
		did := a.Alone(t.Context(), "sweep", func(ctx context.Context) {
			for range 10 {
				time.Sleep(time.Minute)
				if ctx.Err() != nil || b.Alone(ctx, "sweep", func(context.Context) { t.Error("done twice") }) {
					t.Fatal("not alone")
				}
			}
			if !b.Alone(ctx, "digest", func(context.Context) {}) {
				t.Error("other work was held up")
			}
		})
		if !did || !b.Alone(t.Context(), "sweep", func(context.Context) {}) {
			t.Error("the work was not passed on")
		}
	})
}

// Work that cannot be renewed ends before another process may begin it; nothing begins that cannot be asked for.
func TestAloneWithoutStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := workers()
		a.Alone(t.Context(), "sweep", func(ctx context.Context) {
			w.fail(errors.New("the server is away"))
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), errWorkLost) {
				t.Error(context.Cause(ctx))
			}
			w.fail(nil)
			if b.Alone(t.Context(), "sweep", func(context.Context) {}) {
				t.Error("another began too early")
			}
			w.fail(errors.New("the server is away"))
		})
		if b.Alone(t.Context(), "sweep", func(context.Context) {}) {
			t.Error("began without knowing")
		}
	})
}

// A process that has its database to itself asks nobody.
func TestAloneOfOne(t *testing.T) {
	if !New(Config{}).Alone(t.Context(), "sweep", func(context.Context) {}) {
		t.Error("not done")
	}
}
