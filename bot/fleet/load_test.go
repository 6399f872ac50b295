package fleet

import (
	"testing"
	"time"
)

// TestLoadMeter takes a machine from idle to busy and back.
func TestLoadMeter(t *testing.T) {
	now, s := time.Unix(0, 0), Decoding{}
	m := NewLoadMeter(2, func() Decoding { return s })
	m.now = func() time.Time { return now }
	step := func(seconds int, busy time.Duration) float64 {
		for range seconds / 2 {
			now = now.Add(2 * time.Second)
			s.Busy += 2 * busy
			s.Audio += 8 * busy // a quarter of real time
			m.Read()
		}
		return m.Read()
	}
	check := func(what string, got, low, high float64) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s: load %.2f, want %.2f to %.2f", what, got, low, high)
		}
	}
	check("at first", m.Read(), 0, 0)
	m.took()
	check("with a room that has just begun", m.Read(), 0.15, 0.15)
	check("when it turned out to be silent", step(32, 0), 0, 0)
	check("one of two decoders at work", step(60, time.Second), 0.49, 0.51)
	m.took()
	m.took()
	check("and two new rooms of known cost", m.Read(), 0.74, 0.76)
	check("both at work", step(60, 2*time.Second), 0.99, 1)
	check("a while later", step(20, 0), 0.05, 0.2)
	s.Lag = 2 * time.Second
	check("lines that are late", m.Read(), 0.5, 0.5)
	s.Lag = time.Minute
	check("lines that are very late", m.Read(), 1, 1)
}
