package live

import (
	"context"
	"slices"
	"sync"
)

// mailbox has done what it is given, one after the other in the order in which it came. The goroutine that does it lives
// while there is something to do. Its methods may be called from any goroutine, but do not from within what is being done.
type mailbox struct {
	mu    sync.Mutex
	tasks []*task
	busy  bool
}

// task is something to be done, and whoever waits for it.
type task struct {
	do   func()
	done chan struct{}
}

// do has something done and waits for it. When the context ends before its turn has come, it is not done, and the context's
// cause is the error; what has been begun is waited for.
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

// post has something done without waiting for it.
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

// try does something at once in the caller's goroutine, or not at all while something else is being done.
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
	if m.busy = len(m.tasks) > 0; m.busy { // it came meanwhile
		go m.work()
	}
	return true
}

func (m *mailbox) work() {
	for t := m.next(); t != nil; t = m.next() {
		t.do()
		close(t.done)
	}
}

// next takes the task whose turn it is; nil ends the work.
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

// withdraw takes a task back whose turn has not come.
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
