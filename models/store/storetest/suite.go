package storetest

import (
	"sync"
	"time"

	"earshot/models/store"
)

// suite is what a test works with: an empty store, and the clock with which it was opened.
type suite struct {
	store.Store
	*clock
}

// clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
