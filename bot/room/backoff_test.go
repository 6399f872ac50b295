package room

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		outage   time.Duration
		random   float64
		min, max time.Duration
	}{
		{0, 0, 500 * time.Millisecond, 500 * time.Millisecond},
		{0, 0.999, 900 * time.Millisecond, time.Second},
		{30 * time.Second, 0.999, 3 * time.Second, 4 * time.Second}, // found within 5 s of the server's return
		{10 * time.Minute, 0.999, 29 * time.Second, 30 * time.Second},
		{10 * time.Minute, 0, 500 * time.Millisecond, 500 * time.Millisecond},
	} {
		if got := backoff(tt.outage, tt.random); got < tt.min || got > tt.max {
			t.Errorf("backoff(%v, %v) = %v, want %v to %v", tt.outage, tt.random, got, tt.min, tt.max)
		}
	}
}
