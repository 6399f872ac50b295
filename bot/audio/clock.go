package audio

import "time"

const (
	// pauseWindow and pauseJump tell a sender whose media clock stood still (muted without counting on) from a stall
	// of the network: after a stall, packets catch up at once.
	pauseWindow = 500 * time.Millisecond
	pauseJump   = time.Second
	// skewWindow and skewStep let the mapping follow a slow sender's clock: up to 2000 ppm.
	skewWindow = 10 * time.Second
	skewStep   = 20 * time.Millisecond
	// maxAhead is how far media time may run ahead of the time of day before its timestamps are not believed.
	maxAhead = 3 * time.Second
)

// clock maps media time to session time. Media time comes from RTP timestamps alone; the arrival of packets only tells
// where media time zero lies. The network can delay a packet but not hasten it, so the smallest difference seen between
// arrival and media time is the best guess: a smaller one is believed at once, a rise of the minimum slowly, as skew.
type clock struct {
	started     bool
	offset      time.Duration // session time of media time 0
	short, long minWindow
}

// minWindow keeps a minimum over a stretch of arrivals.
type minWindow struct {
	start, min time.Duration
	n          int
}

func (w *minWindow) add(d, at time.Duration) {
	if w.n == 0 {
		w.start, w.min = at, d
	}
	w.min = min(w.min, d)
	w.n++
}

// observe tells the clock that the media up to time end had arrived at time at.
func (c *clock) observe(end, at time.Duration) {
	d := at - end
	if !c.started || d < c.offset {
		c.offset, c.started = d, true
	}
	c.short.add(d, at)
	c.long.add(d, at)
	if at-c.short.start >= pauseWindow {
		if c.short.n >= 5 && c.short.min-c.offset > pauseJump {
			c.offset, c.long = c.short.min, minWindow{}
		}
		c.short = minWindow{}
	}
	if at-c.long.start >= skewWindow {
		c.offset += min(max(0, c.long.min-c.offset), skewStep)
		c.long = minWindow{}
	}
}

// tooEarly reports media that would have arrived well before it was spoken: its timestamps have jumped.
func (c *clock) tooEarly(end, at time.Duration) bool {
	return c.started && at-end < c.offset-maxAhead
}

// session is the session time of a media time.
func (c *clock) session(media time.Duration) time.Duration { return media + c.offset }

// ms is a duration in whole milliseconds.
func ms(d time.Duration) int64 { return int64(d / time.Millisecond) }

// samples16 is how long n samples at 16 kHz play.
func samples16(n int64) time.Duration { return time.Duration(n) * (time.Second / 16000) }
