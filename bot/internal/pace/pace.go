// Package pace holds back what comes all at once after a connection stalled, so that decoding keeps up.
package pace

import "time"

// After a stall seconds of sound come at once. The decoder is given so many packets at once, and the others at a pace that is many
// times as fast as anybody talks: the connection waits meanwhile.
const (
	atOnce    = 100
	thenEvery = 4 * time.Millisecond
)

// Pace is that of one speaker's packets. One goroutine owns it; the zero value holds nothing back yet.
type Pace struct {
	until time.Time // until when what was passed on lasts
}

// Early says how long a packet that came at a time is to wait. It may be negative.
func (p *Pace) Early(now time.Time) time.Duration {
	if p.until.Before(now) {
		p.until = now
	}
	p.until = p.until.Add(thenEvery)
	return p.until.Sub(now) - atOnce*thenEvery
}
