package room

import (
	"errors"
	"sync"
	"time"

	"earshot/models"
)

const (
	breakerAfter = 8               // consecutive failures of all rooms combined
	breakerOpen  = 4 * time.Second // between probes while the breaker is open
	breakerWait  = 2 * time.Second // until a room asks again
)

var errBroken = errors.New("the server keeps failing, so it is tried less often")

// Breaker is a circuit breaker for joins at one server: after several consecutive failures, only one room at a time tries, every 4 s, until
// the server responds. Its methods may be called from any goroutine. A nil Breaker is always closed. The zero value is ready to use.
type Breaker struct {
	mu       sync.Mutex
	failures int
	next     time.Time // when the next room may try
}

// ask returns how long to wait before asking again. If it returns 0, the caller may try to join, and must report the outcome with tell.
func (b *Breaker) ask() time.Duration {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerAfter {
		return 0
	}
	now := time.Now()
	if wait := b.next.Sub(now); wait > 0 {
		return min(wait, breakerWait)
	}
	b.next = now.Add(breakerOpen)
	return 0
}

// inTrouble reports whether a join that failed for this reason means that the server is in trouble, which is not the case if it refused the
// bot.
func inTrouble(r models.EndReason) bool {
	return r == models.EndFailedServer || r == models.EndFailedICE
}

// tell records whether the server responded to an attempt to join.
func (b *Breaker) tell(ok bool) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failures = 0
		return
	}
	b.failures++
	if b.failures == breakerAfter {
		b.next = time.Now().Add(breakerOpen)
	}
}
