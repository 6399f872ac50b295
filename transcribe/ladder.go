package transcribe

import "time"

// Rung is how much is given up so that finals come in time. Each one includes those before it.
type Rung int

// The rungs of the backlog ladder.
const (
	RungFull         Rung = iota // nothing is given up
	RungSlowPartials             // partial text comes at most every slowPartials
	RungNoPartials               // no partial text
	RungSmallModel               // finals are decoded by the fallback model, where there is one
	RungSpoolOnly                // the sound of waiting clips stays in the spool
)

// String names the rung as it is logged and measured.
func (r Rung) String() string {
	return [...]string{"full", "slow_partials", "no_partials", "small_model", "spool_only"}[r]
}

const (
	// calm is how long the lag must stay below half of what led to a rung before it is left again: a queue that is short
	// for a moment is no end of the rush.
	calm = 3 * time.Second
	// slowPartials is the least time between two partials of a person on RungSlowPartials.
	slowPartials = 4 * time.Second
)

// climbAt is the lag at which each rung is climbed.
var climbAt = [...]time.Duration{0, 500 * time.Millisecond, time.Second, 4 * time.Second, 30 * time.Second}

// ladder goes up at once and comes down slowly. The zero value stands at the bottom.
type ladder struct {
	rung  Rung
	quiet time.Time // since when the lag is small enough to come down; zero: it is not
}

// step takes the lag (how late a final that is spoken now would be decoded) and says whether the rung changed.
func (l *ladder) step(now time.Time, lag time.Duration) (changed bool) {
	from := l.rung
	for l.rung < RungSpoolOnly && lag >= climbAt[l.rung+1] {
		l.rung++
		l.quiet = time.Time{}
	}
	for l.rung > RungFull {
		if lag >= climbAt[l.rung]/2 {
			l.quiet = time.Time{}
			break
		}
		if l.quiet.IsZero() {
			l.quiet = now
		}
		if now.Sub(l.quiet) < calm {
			break
		}
		l.rung--
		l.quiet = l.quiet.Add(calm)
	}
	return l.rung != from
}

// pace is how long a second of sound takes to decode, a mean over the latest clips.
type pace float64

// assumedPace is what is taken before anything was decoded.
const assumedPace pace = 0.2

func (p *pace) learn(length, took time.Duration) {
	if length > 0 {
		*p += 0.2 * (pace(took)/pace(length) - *p)
	}
}
