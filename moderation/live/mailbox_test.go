package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// TestMailboxKeepsTheOrder: tasks run one at a time, in the order in which they were posted, and no goroutine is left.
func TestMailboxKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mailbox
		var busy sync.Mutex
		var got []int
		for i := range 100 {
			m.post(func() {
				if !busy.TryLock() {
					t.Error("two things are done at once")
					return
				}
				got = append(got, i)
				busy.Unlock()
			})
		}
		synctest.Wait()
		if len(got) != 100 || !slices.IsSorted(got) {
			t.Errorf("done in the order %v", got)
		}
	})
}

// TestMailboxIsIdleAfterDo: when Do returns from the last task, the mailbox is idle.
func TestMailboxIsIdleAfterDo(t *testing.T) {
	var m mailbox
	for range 20_000 {
		if err := m.do(t.Context(), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if !m.try(func() {}) {
			t.Fatal("it is busy")
		}
	}
}

// TestMailboxAndTheContext: a task that has not begun when the context ends is dropped; one that has begun is waited for.
func TestMailboxAndTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mailbox
		gate, failed, gaveUp := make(chan struct{}), errors.New("failed"), errors.New("gave up")
		ctx, cancel := context.WithCancelCause(t.Context())
		begun, waiting := make(chan error, 1), make(chan error, 1)
		go func() { begun <- m.do(ctx, func() error { <-gate; return failed }) }()
		synctest.Wait()
		go func() {
			waiting <- m.do(ctx, func() error { t.Error("done although nobody waits for it"); return nil })
		}()
		synctest.Wait()
		cancel(gaveUp)
		if err := <-waiting; !errors.Is(err, gaveUp) {
			t.Errorf("what had not begun: %v", err)
		}
		select {
		case err := <-begun:
			t.Errorf("what had begun was not waited for: %v", err)
		default:
		}
		close(gate)
		if err := <-begun; !errors.Is(err, failed) {
			t.Errorf("what had begun: %v", err)
		}
	})
}

// TestMailboxTry: a try runs at once or not at all, and tasks posted meanwhile run after it.
func TestMailboxTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mailbox
		gate, after := make(chan struct{}), false
		m.post(func() { <-gate })
		synctest.Wait()
		if m.try(func() { t.Error("tried while something is being done") }) {
			t.Error("a try is said to be made while something is being done")
		}
		close(gate)
		synctest.Wait()
		tried := m.try(func() {
			m.post(func() { after = true })
			synctest.Wait()
			if after {
				t.Error("something else was done at once")
			}
		})
		if synctest.Wait(); !tried || !after {
			t.Errorf("tried %v, done after it %v", tried, after)
		}
	})
}
