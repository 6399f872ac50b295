package room

import (
	"errors"
	"sync"
	"time"

	"earshot/models"
)

const (
	breakerAfter = 8               // failures in a row, of all rooms together
	breakerOpen  = 4 * time.Second // between the attempts that find out whether the server is back
	breakerWait  = 2 * time.Second // until a room asks again
)

var errBroken = errors.New("the server fails again and again, so it is asked less often")

// Breaker spares a server in trouble: after several failed joins in a row only one of its rooms tries, every 4 s, until
// the server answers one of them. Its methods may be called from any goroutine; a nil Breaker lets everybody through. The zero value is
// ready.
type Breaker struct {
	mu       sync.Mutex
	failures int
	next     time.Time // when the next room may try
}

// ask returns how long the caller should wait before it asks again; 0 means that it may try to join now and must report back.
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

// inTrouble reports whether a join that failed for this reason says that the server is in trouble. One that refuses the bot
// in a room is well.
func inTrouble(r models.EndReason) bool {
	return r == models.EndFailedServer || r == models.EndFailedICE
}

// tell notes how an attempt to join went: whether the server answered it.
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
