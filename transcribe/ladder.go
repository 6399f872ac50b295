package transcribe

import "time"

// Rung is a degree of degradation under backlog, so that finals are on time. Each one includes those before it.
type Rung int

// The rungs of the backlog ladder.
const (
	RungFull         Rung = iota // no degradation
	RungSlowPartials             // at most one partial per slowPartials and track
	RungNoPartials               // no partial text
	RungSmallModel               // finals are decoded by the fallback model, where there is one
	RungSpoolOnly                // the audio of queued clips stays in the spool
)

// String returns the rung's name in logs and metrics.
func (r Rung) String() string {
	return [...]string{"full", "slow_partials", "no_partials", "small_model", "spool_only"}[r]
}

const (
	// calm is how long the lag must stay below half of a rung's threshold before the ladder steps down: a queue that is
	// briefly short does not mean the backlog is over.
	calm = 3 * time.Second
	// slowPartials is the minimum time between two partials of a track on RungSlowPartials.
	slowPartials = 4 * time.Second
)

// climbAt is the lag at which the ladder steps up to each rung.
var climbAt = [...]time.Duration{0, 500 * time.Millisecond, time.Second, 4 * time.Second, 30 * time.Second}

// ladder steps up at once and down slowly. The zero value is at the bottom.
type ladder struct {
	rung  Rung
	quiet time.Time // since when the lag has been low enough to step down; zero if it is not
}

// step takes the lag (how long a final spoken now would wait) and reports whether the rung changed.
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

// pace is the decoding time per second of audio, a moving average over clips.
type pace float64

// assumedPace applies until something has been decoded.
const assumedPace pace = 0.2

// learn takes a decode. What took longer than decoding may was spent waiting for a decoder.
func (p *pace) learn(length, took time.Duration) {
	took = min(took, TimeLimit(length))
	if length > 0 {
		*p += 0.2 * (pace(took)/pace(length) - *p)
	}
}
