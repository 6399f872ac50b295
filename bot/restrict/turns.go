package restrict

import (
	"context"
	"sync"
)

// turns serialises actions on the same person. Its methods may be called from any goroutine.
type turns struct {
	mu sync.Mutex
	of map[string]*turn
}

// turn is the lock of one person.
type turn struct {
	taken   chan struct{}
	waiting int
}

// take waits for a person's turn. The error is the context's cause.
func (ts *turns) take(ctx context.Context, person string) (release func(), err error) {
	t := ts.join(person)
	select {
	case t.taken <- struct{}{}:
		return func() { <-t.taken; ts.part(person, t) }, nil
	case <-ctx.Done():
		ts.part(person, t)
		return nil, context.Cause(ctx)
	}
}

// tryTake is take without waiting.
func (ts *turns) tryTake(person string) (release func(), ok bool) {
	t := ts.join(person)
	select {
	case t.taken <- struct{}{}:
		return func() { <-t.taken; ts.part(person, t) }, true
	default:
		ts.part(person, t)
		return nil, false
	}
}

func (ts *turns) join(person string) *turn {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.of[person]
	if t == nil {
		t = &turn{taken: make(chan struct{}, 1)}
		ts.of[person] = t
	}
	t.waiting++
	return t
}

func (ts *turns) part(person string, t *turn) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t.waiting--; t.waiting == 0 {
		delete(ts.of, person)
	}
}
