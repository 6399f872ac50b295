package auth

import "sync"

// signal wakes everybody who waits for it. The zero value is ready.
type signal struct {
	mu sync.Mutex
	c  chan struct{}
}

// next returns a channel that is closed at the next fire.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c == nil {
		s.c = make(chan struct{})
	}
	return s.c
}

func (s *signal) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c != nil {
		close(s.c)
		s.c = nil
	}
}
