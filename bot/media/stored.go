package media

import (
	"math"
	"sync"
	"time"

	"earshot/bot/audio"
)

const (
	// inFlight is how long packets may take to arrive.
	inFlight = time.Second
	// allStored is the session time of what is not yet stored if there is nothing.
	allStored = time.Duration(math.MaxInt64)
)

// StoredUntil returns the session time until which everything that was heard is stored, and everything that was not is stored as a gap,
// but for objections.
func (p *Pipeline) StoredUntil() time.Duration {
	now := p.parts.Now()
	until := now - inFlight
	if left := time.Duration(p.parts.left.Load()); left > 0 {
		until = min(until, left)
	}
	last := time.Duration(p.parts.traffic.last.Load())
	if last > 0 && now-last < stillness { // the connection may be broken since: see Disconnected
		until = min(until, last)
	}
	// What passes from a track or a cut to the outbox meanwhile is found in this order.
	until = min(until, p.tracks.held(), p.parts.cut.open(now), p.parts.access.open())
	return max(0, min(until, p.parts.out.oldest()))
}

// held returns the session time since which a feed holds audio that has not been passed on, or allStored.
func (t *tracks) held() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	since := allStored
	for f := range t.live {
		since = min(since, time.Duration(f.held.Load()))
	}
	return since
}

// hold records since when the track holds audio; at is when its latest packet came.
func (f *feed) hold(track *audio.Track, at time.Duration) {
	now := f.p.Now()
	if len(f.in) > 0 { // later packets wait
		now = at
	}
	since := min(track.Held(now), f.arrival.open(f.p.Now()))
	if dropped := f.drops.since(); dropped > 0 {
		since = min(since, dropped)
	}
	f.held.Store(int64(since))
}

// drops holds the packets dropped and not yet reported.
type drops struct {
	mu sync.Mutex
	span
}

func (d *drops) note(at time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(at)
}

func (d *drops) take() span {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.span
	d.span = span{}
	return s
}

// since returns when the first packet was dropped that is not reported yet, or 0.
func (d *drops) since() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n == 0 {
		return 0
	}
	return d.from
}

// open returns when the cut began, or, while tracks are still being opened after one, when it ended; allStored otherwise.
func (c *cut) open(now time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.since != 0:
		return c.since
	case c.over != 0 && now-c.over <= opensBy:
		return c.over
	}
	return allStored
}

// open returns since when there may be a gap, or allStored.
func (g *arrivalGap) open(now time.Duration) time.Duration {
	if g.over || now-g.from > lateTo+arrives {
		return allStored
	}
	return g.from
}

// open returns when the pause began, or allStored if there is none.
func (a *access) open() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pausedAt == 0 {
		return allStored
	}
	return a.pausedAt
}

// oldest returns the session time of the earliest clip or gap in the queue, or allStored.
func (o *outbox) oldest() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	oldest := allStored
	for _, it := range o.items {
		switch {
		case it.clip != nil:
			oldest = min(oldest, time.Duration(it.clip.StartMS)*time.Millisecond)
		case it.gap != nil:
			oldest = min(oldest, time.Duration(it.gap.StartMS)*time.Millisecond)
		}
	}
	return oldest
}
