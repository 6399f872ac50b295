package live

import (
	"context"
	"slices"
	"sync"
)

// mailbox runs functions sequentially, in order of arrival, on a goroutine that exists while there are any. Its methods may be
// called from any goroutine, but do must not be called from within such a function.
type mailbox struct {
	mu    sync.Mutex
	tasks []*task
	busy  bool
}

// task is a queued function; done is closed after it has run.
type task struct {
	do   func()
	done chan struct{}
}

// do queues f and waits for it. If the context ends before its turn has come, f is not called and the error is the context's cause;
// once begun, it is always waited for.
func (m *mailbox) do(ctx context.Context, f func() error) (err error) {
	t := m.post(func() { err = f() })
	select {
	case <-t.done:
		return err
	case <-ctx.Done():
	}
	if m.withdraw(t) {
		return context.Cause(ctx)
	}
	<-t.done
	return err
}

// post queues f without waiting.
func (m *mailbox) post(f func()) *task {
	t := &task{do: f, done: make(chan struct{})}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tasks = append(m.tasks, t)
	if !m.busy {
		m.busy = true
		go m.work()
	}
	return t
}

// try calls f at once on the caller's goroutine, unless the mailbox is busy.
func (m *mailbox) try(f func()) bool {
	m.mu.Lock()
	if m.busy {
		m.mu.Unlock()
		return false
	}
	m.busy = true
	m.mu.Unlock()
	f()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy = len(m.tasks) > 0; m.busy { // queued meanwhile
		go m.work()
	}
	return true
}

// work runs the tasks. Whoever waited for the last one finds the mailbox idle.
func (m *mailbox) work() {
	for t := m.next(); t != nil; {
		t.do()
		done := t.done
		t = m.next()
		close(done)
	}
}

// next takes the next task; nil ends the goroutine.
func (m *mailbox) next() *task {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy = len(m.tasks) > 0; !m.busy {
		return nil
	}
	t := m.tasks[0]
	m.tasks = slices.Delete(m.tasks, 0, 1)
	return t
}

// withdraw removes a task that has not begun.
func (m *mailbox) withdraw(t *task) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.Index(m.tasks, t)
	if i < 0 {
		return false
	}
	m.tasks = slices.Delete(m.tasks, i, i+1)
	return true
}
