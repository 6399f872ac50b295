package fleet

import (
	"math"
	"sync"
	"time"
)

const (
	// loadWindow is the time over which the load is smoothed.
	loadWindow = 10 * time.Second
	// freshFor is how long a room counts by what it will need, since little has been said there yet.
	freshFor = 30 * time.Second
	// usualRTF stands for the decoding time per second of speech until there is speech.
	usualRTF = 0.3
	// lateEnough is the waiting time of a final line at which a machine is full whatever its decoders do.
	lateEnough = 4 * time.Second
)

// Decoding is what decoders did since they were made, and how late they are.
type Decoding struct {
	// Audio is the length of what was decoded, and Busy the decoders' time for it.
	Audio, Busy time.Duration
	// Lag is how long a final line that came now would wait.
	Lag time.Duration
}

// loadMeter tells how busy the decoders are, 0 to 1, to whoever hands out rooms. Its methods may be called from any
// goroutine.
type loadMeter struct {
	decoders int
	stats    func() Decoding
	now      func() time.Time

	mu    sync.Mutex
	at    time.Time
	busy  time.Duration
	load  float64
	fresh []time.Time
}

func newLoadMeter(decoders int, stats func() Decoding) *loadMeter {
	return &loadMeter{decoders: max(decoders, 1), stats: stats, now: time.Now}
}

// took notes a room that begins.
func (m *loadMeter) took() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fresh = append(m.fresh, m.now())
}

// read is the smoothed part of the decoders' time that finished lines need, or how late they are, whichever is worse; and
// on top what the rooms will need that have just begun.
func (m *loadMeter) read() float64 {
	s := m.stats()
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if passed := now.Sub(m.at); m.at.IsZero() {
		m.at, m.busy = now, s.Busy
	} else if passed >= time.Second {
		part := min(float64(s.Busy-m.busy)/float64(passed)/float64(m.decoders), 1)
		m.load += (part - m.load) * (1 - math.Exp(-float64(passed)/float64(loadWindow)))
		m.at, m.busy = now, s.Busy
	}
	for len(m.fresh) > 0 && now.Sub(m.fresh[0]) > freshFor {
		m.fresh = m.fresh[1:]
	}
	rate := usualRTF
	if s.Audio > time.Minute {
		rate = float64(s.Busy) / float64(s.Audio)
	}
	worst := max(m.load, float64(s.Lag)/float64(lateEnough))
	return min(worst+rate*float64(len(m.fresh))/float64(m.decoders), 1)
}
