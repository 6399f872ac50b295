package fleet

import (
	"math"
	"sync"
	"time"
)

const (
	// loadWindow is the time constant of the smoothing of the load.
	loadWindow = 10 * time.Second
	// freshFor is how long a new room counts by its expected load, because little has been said in it yet.
	freshFor = 30 * time.Second
	// usualRTF is the decoding time per second of speech that is assumed until there is speech.
	usualRTF = 0.3
	// lateEnough is the delay of a final line at which a machine counts as full, however idle its decoders are.
	lateEnough = 4 * time.Second
)

// Decoding describes what the decoders have done since they were created, and how far they are behind.
type Decoding struct {
	// Audio is the duration of the decoded audio, Busy the decoders' time spent on it.
	Audio, Busy time.Duration
	// Lag is how long a final line that was submitted now would wait.
	Lag time.Duration
}

// LoadMeter measures how busy the decoders are, from 0 to 1, for whoever assigns rooms. Its methods may be called from any goroutine.
type LoadMeter struct {
	decoders int
	stats    func() Decoding
	now      func() time.Time

	mu    sync.Mutex
	at    time.Time
	busy  time.Duration
	load  float64
	fresh []time.Time
}

// NewLoadMeter returns a meter for the given number of decoders; Read calls stats.
func NewLoadMeter(decoders int, stats func() Decoding) *LoadMeter {
	return &LoadMeter{decoders: max(decoders, 1), stats: stats, now: time.Now}
}

// took notes that a room begins.
func (m *LoadMeter) took() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fresh = append(m.fresh, m.now())
}

// Read returns the smoothed share of the decoders' time that is in use, or their lag relative to lateEnough if that is worse, plus the load
// expected of rooms that have just begun.
func (m *LoadMeter) Read() float64 {
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
