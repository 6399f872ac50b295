package audio

import "time"

const (
	// pauseWindow and pauseJump distinguish a sender whose media clock stood still (while muted) from a stall of the network,
	// after which packets catch up at once.
	pauseWindow = 500 * time.Millisecond
	pauseJump   = time.Second
	// skewWindow and skewStep let the mapping follow a slow sender's clock, by up to 2000 ppm.
	skewWindow = 10 * time.Second
	skewStep   = 20 * time.Millisecond
	// maxAhead is how far media time may run ahead of arrival before its timestamps count as a jump.
	maxAhead = 3 * time.Second
)

// clock maps media time to session time. Media time comes from RTP timestamps alone; arrival times only determine the offset.
// Since the network can delay a packet but not hasten it, the smallest difference between arrival and media time is the best
// estimate: a smaller one applies at once, a rise of the minimum slowly, as skew.
type clock struct {
	started     bool
	offset      time.Duration // session time of media time 0
	short, long minWindow
}

// minWindow keeps the minimum of a window of arrivals.
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

// observe updates the clock: media up to time end arrived at time at.
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

// tooEarly reports whether media would have arrived well before it was spoken: its timestamps have jumped.
func (c *clock) tooEarly(end, at time.Duration) bool {
	return c.started && at-end < c.offset-maxAhead
}

// session converts a media time to session time.
func (c *clock) session(media time.Duration) time.Duration { return media + c.offset }

// ms converts a duration to whole milliseconds.
func ms(d time.Duration) int64 { return d.Milliseconds() }

// samples16 returns the duration of n samples at 16 kHz.
func samples16(n int64) time.Duration { return time.Duration(n) * (time.Second / 16000) }
