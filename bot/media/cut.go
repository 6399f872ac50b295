package media

import (
	"sync"
	"time"

	"earshot/models"
)

// cut is a time without a connection. Its methods may be called from any goroutine.
type cut struct {
	mu    sync.Mutex
	since time.Duration // 0 while connected, and before the first connection
	over  time.Duration // the session time at which the latest one ended; 0 before
	cause models.GapCause
}

// begin begins a cut.
func (c *cut) begin(since time.Duration, cause models.GapCause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since, c.cause = since, cause
}

// end ends the cut. It returns when and why it began.
func (c *cut) end(now time.Duration) (since time.Duration, cause models.GapCause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if since, c.since = c.since, 0; since != 0 {
		c.over = now
	}
	return since, c.cause
}

// latest returns when the latest cut ended, or 0 if there was none, and why it had begun.
func (c *cut) latest() (over time.Duration, cause models.GapCause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over, c.cause
}

const (
	// opensBy is how long after a cut the tracks of the people who were already in the room are opened, even on a busy machine.
	opensBy = 3 * time.Second
	// A voice that comes within arrives of a track's first packet was probably speaking before it. The track is late if that packet comes
	// between lateFrom and lateTo after the cut: less isn't noticed, and after more, the track had been muted.
	arrives  = time.Second
	lateFrom = 300 * time.Millisecond
	lateTo   = 10 * time.Second
)

// arrivalGap is the time between the end of a cut, when the room was joined, and the first packet of a track that was opened then: media
// takes its own time to connect. It is owned by the goroutine that runs the feed.
type arrivalGap struct {
	from, first time.Duration // first is 0 before the first packet
	cause       models.GapCause
	over        bool // it can't become a gap any more
}

// newArrivalGap returns the arrivalGap of a track that is opened now.
func newArrivalGap(c *cut, now time.Duration) arrivalGap {
	from, cause := c.latest()
	return arrivalGap{from: from, cause: cause, over: from == 0 || now-from > opensBy}
}

// packet takes a packet and reports whether the gap is to be stored.
func (g *arrivalGap) packet(at time.Duration, voice bool) bool {
	if g.over {
		return false
	}
	if g.first == 0 {
		g.first = at
	}
	late := g.first - g.from
	possible := late >= lateFrom && late <= lateTo && at-g.first <= arrives
	g.over = voice || !possible
	return voice && possible
}
