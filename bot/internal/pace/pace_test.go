package pace

import (
	"testing"
	"time"
)

// TestEarly: what comes as people talk waits for nothing; of what comes at once, after a stall, most waits a little.
func TestEarly(t *testing.T) {
	p, now := Pace{}, time.Now()
	for range 1000 {
		if wait := p.Early(now); wait > 0 {
			t.Fatalf("a talk waits for %v", wait)
		}
		now = now.Add(10 * time.Millisecond)
	}
	longest := time.Duration(0)
	for range 750 {
		longest = max(longest, p.Early(now))
	}
	if want := (750 - atOnce) * thenEvery; longest != want {
		t.Errorf("15 s that come at once wait for %v, want %v", longest, want)
	}
}
