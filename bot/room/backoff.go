package room

import (
	"context"
	"time"
)

// Limits of the delay between attempts to join.
const (
	backoffMin = 500 * time.Millisecond
	backoffMax = 30 * time.Second
)

// backoff returns the delay before the next attempt: a random time between 0.5 s and an eighth of the outage so far (at least 1 s, at most
// 30 s). The delays therefore grow exponentially, a server that was down for half a minute is found within 5 s of its return, and many bots
// do not return at the same moment. random is in [0,1).
func backoff(outage time.Duration, random float64) time.Duration {
	top := min(backoffMax, max(2*backoffMin, outage/8))
	return backoffMin + time.Duration(random*float64(top-backoffMin))
}

// sleep pauses; it returns false if the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
