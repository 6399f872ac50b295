package room

import (
	"context"
	"time"
)

// The bounds of the pause between two attempts to join.
const (
	backoffMin = 500 * time.Millisecond
	backoffMax = 30 * time.Second
)

// backoff is the pause before the next attempt after an outage that has lasted so long: jittered between 0.5 s and an
// eighth of the outage, at least 1 s and at most 30 s. So the attempts spread out exponentially, a server that was away
// for half a minute is found again within 5 s of its return, and many bots don't come back at the same moment.
// random is in [0,1).
func backoff(outage time.Duration, random float64) time.Duration {
	top := min(backoffMax, max(2*backoffMin, outage/8))
	return backoffMin + time.Duration(random*float64(top-backoffMin))
}

// sleep waits; it reports false when the context ended first.
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
