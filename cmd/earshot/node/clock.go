package node

import "time"

// samples is how many comparisons of the clocks the best is taken of: an answer that came soon says most.
const samples = 10

// clock is by how much this machine's clock is ahead of the database's, as the best of the latest comparisons tells (RFC 5905,
// section 10, chooses alike).
type clock struct {
	ahead time.Duration
	off   time.Duration // how wrong that may be
	last  []comparison
}

type comparison struct{ ahead, off time.Duration }

// compare takes the database's time, which it told between two moments of this machine.
func (c *clock) compare(sent, received, there time.Time) {
	took := received.Sub(sent)
	between := sent.Round(0).Add(took / 2) // the wall clock: the monotonic one does not jump
	c.last = append(c.last, comparison{between.Sub(there), took/2 + time.Millisecond})
	c.last = c.last[max(0, len(c.last)-samples):]
	best := c.last[len(c.last)-1]
	for _, x := range c.last {
		if x.off < best.off && agree(x, c.last[len(c.last)-1]) {
			best = x
		}
	}
	c.ahead, c.off = best.ahead, best.off
}

// agree reports whether two comparisons can both be true: a clock that was set since makes the older one worthless.
func agree(a, b comparison) bool { return (a.ahead - b.ahead).Abs() <= a.off+b.off }
