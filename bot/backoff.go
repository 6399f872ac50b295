package bot

import (
	"math/rand/v2"
	"time"
)

// The bounds of the pause between two attempts to join.
const (
	backoffMin = 500 * time.Millisecond
	backoffMax = 30 * time.Second
)

// Backoff is exponential back-off with full jitter between 0.5 and 30 s: many bots that lost one server don't come
// back to it at the same moment. The zero value is ready; not safe for concurrent use.
type Backoff struct {
	tries int
	// Random returns a number in [0,1); nil uses math/rand.
	Random func() float64
}

// Next returns the pause before the next attempt.
func (b *Backoff) Next() time.Duration {
	top := backoffMax
	if b.tries < 6 { // 0.5 s << 6 is over the maximum
		top = min(backoffMax, backoffMin<<b.tries)
	}
	b.tries++
	r := rand.Float64
	if b.Random != nil {
		r = b.Random
	}
	return max(backoffMin, time.Duration(r()*float64(top)))
}

// Reset is called after an attempt that worked.
func (b *Backoff) Reset() { b.tries = 0 }
