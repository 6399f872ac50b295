package audio

import "time"

const (
	// pauseWindow and pauseJump distinguish a sender whose media clock stood still (while muted) from a stall of the network,
	// after which packets catch up at once.
	pauseWindow = 500 * time.Millisecond
	pauseJump   = time.Second
	// Behind a pause packets come at their pace again, within steadyWithin. While the delay falls by catchUp from the first half of a
	// pauseWindow to the second, or is spread more widely, packets catch up: the stall is not over yet. After pauseLate windows in which
	// it does not fall it is a pause whatever the spread.
	steadyWithin = 200 * time.Millisecond
	catchUp      = 20 * time.Millisecond
	pauseLate    = 6
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
	started           bool
	offset            time.Duration // session time of media time 0
	short, half, long minWindow     // half is the first half of short
	late              int           // consecutive short windows with a delay over pauseJump that does not fall
}

// minWindow keeps the least and the greatest delay of a window of arrivals.
type minWindow struct {
	start, min, max time.Duration
	n               int
}

func (w *minWindow) add(d, at time.Duration) {
	if w.n == 0 {
		w.start, w.min, w.max = at, d, d
	}
	w.min, w.max = min(w.min, d), max(w.max, d)
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
	switch since := at - c.short.start; {
	case since >= pauseWindow:
		if c.paused() {
			c.offset, c.long, c.late = c.short.min, minWindow{}, 0
		}
		c.short, c.half = minWindow{}, minWindow{}
	case since < pauseWindow/2:
		c.half.add(d, at)
	}
	if at-c.long.start >= skewWindow {
		c.offset += min(max(0, c.long.min-c.offset), skewStep)
		c.long = minWindow{}
	}
}

// paused reports whether the window of arrivals that is over follows a pause of the sender's clock.
func (c *clock) paused() bool {
	w := c.short
	switch {
	case w.min-c.offset <= pauseJump:
		c.late = 0
		return false
	case w.n < 5 || c.half.min-w.min >= catchUp:
		return false
	}
	c.late++
	return w.max-w.min <= steadyWithin || c.late >= pauseLate
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
