package live

import (
	"context"
	"slices"
	"sync"
)

// mailbox has done what it is given, one after the other in the order in which it came. The goroutine that does it lives
// while there is something to do. Its methods may be called from any goroutine, but do not from within what is being done.
type mailbox struct {
	mu      sync.Mutex
	letters []*letter
	busy    bool
}

// letter is something to be done, and whoever waits for it.
type letter struct {
	do   func()
	done chan struct{}
}

// do has something done and waits for it. When the context ends before its turn has come, it is not done, and the context's
// cause is the error; what has been begun is waited for.
func (m *mailbox) do(ctx context.Context, f func() error) (err error) {
	l := m.post(func() { err = f() })
	select {
	case <-l.done:
		return err
	case <-ctx.Done():
	}
	if m.withdraw(l) {
		return context.Cause(ctx)
	}
	<-l.done
	return err
}

// post has something done without waiting for it.
func (m *mailbox) post(f func()) *letter {
	l := &letter{do: f, done: make(chan struct{})}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, l)
	if !m.busy {
		m.busy = true
		go m.work()
	}
	return l
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
	if m.busy = len(m.letters) > 0; m.busy { // it came meanwhile
		go m.work()
	}
	return true
}

func (m *mailbox) work() {
	for l := m.next(); l != nil; l = m.next() {
		l.do()
		close(l.done)
	}
}

// next takes the letter whose turn it is; nil ends the work.
func (m *mailbox) next() *letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy = len(m.letters) > 0; !m.busy {
		return nil
	}
	l := m.letters[0]
	m.letters = slices.Delete(m.letters, 0, 1)
	return l
}

// withdraw takes a letter back whose turn has not come.
func (m *mailbox) withdraw(l *letter) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.Index(m.letters, l)
	if i < 0 {
		return false
	}
	m.letters = slices.Delete(m.letters, i, i+1)
	return true
}
