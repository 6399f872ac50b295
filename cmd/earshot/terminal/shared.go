package terminal

import (
	"io"
	"sync"
)

// SharedWriter serialises the writes of several goroutines.
type SharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// NewSharedWriter wraps a writer that nobody else writes to.
func NewSharedWriter(w io.Writer) *SharedWriter { return &SharedWriter{w: w} }

// Write implements io.Writer.
func (s *SharedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}
