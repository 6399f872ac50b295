//go:build !race

package audio

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name string
		// arrive is the arrival of media that ended at m; truth is when it was spoken.
		arrive, truth func(m time.Duration) time.Duration
		tolerance     time.Duration
	}{
		{
			"steady", func(m time.Duration) time.Duration { return m + time.Second },
			func(m time.Duration) time.Duration { return m + time.Second }, time.Millisecond,
		},
		{"the first packet is delayed", func(m time.Duration) time.Duration {
			if m == 0 {
				return m + time.Second + 300*time.Millisecond
			}
			return m + time.Second
		}, func(m time.Duration) time.Duration { return m + time.Second }, time.Millisecond},
		{
			"jitter", func(m time.Duration) time.Duration { return m + time.Duration(r.IntN(200))*time.Millisecond },
			func(m time.Duration) time.Duration { return m }, 30 * time.Millisecond,
		},
		{
			"a slow sender", func(m time.Duration) time.Duration { return m + m*3/10000 },
			func(m time.Duration) time.Duration { return m + m*3/10000 }, 10 * time.Millisecond,
		},
		{
			"a fast sender", func(m time.Duration) time.Duration { return m - m*3/10000 },
			func(m time.Duration) time.Duration { return m - m*3/10000 }, 10 * time.Millisecond,
		},
		{"a stall of 5 s that catches up", func(m time.Duration) time.Duration {
			return max(m, min(65*time.Second, m+1000*time.Second*min(1, max(0, m/(60*time.Second)))))
		}, func(m time.Duration) time.Duration { return m }, 20 * time.Millisecond},
		{"a stall of 5 s that catches up at twice the pace", func(m time.Duration) time.Duration {
			if m < 60*time.Second {
				return m
			}
			return max(m, 65*time.Second+(m-60*time.Second)/2)
		}, func(m time.Duration) time.Duration { return m }, 20 * time.Millisecond},
		{"a stall of 4 s that catches up in bursts", func(m time.Duration) time.Duration {
			if m < 60*time.Second {
				return m
			}
			return max(m, 64*time.Second+(m-60*time.Second)/(1500*time.Millisecond)*600*time.Millisecond)
		}, func(m time.Duration) time.Duration { return m }, 20 * time.Millisecond},
		{"a pause behind which packets jitter", func(m time.Duration) time.Duration {
			if m > 60*time.Second {
				m += time.Minute + time.Duration(r.IntN(400))*time.Millisecond
			}
			return m
		}, func(m time.Duration) time.Duration {
			if m > 60*time.Second {
				m += time.Minute
			}
			return m
		}, 100 * time.Millisecond},
		{"a pause in which media time stands still", func(m time.Duration) time.Duration {
			if m > 60*time.Second {
				m += time.Hour
			}
			return m
		}, func(m time.Duration) time.Duration {
			if m > 60*time.Second {
				m += time.Hour
			}
			return m
		}, time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			var k clock
			for m := time.Duration(0); m < 2*time.Hour; m += 20 * time.Millisecond {
				k.observe(m, c.arrive(m))
				settling := m < 3*time.Second || strings.HasPrefix(c.name, "a pause") && m > 60*time.Second && m < 72*time.Second
				if d := k.session(m) - c.truth(m); !settling && (d > c.tolerance || d < -c.tolerance) {
					t.Fatalf("media time %v is off by %v", m, d)
				}
			}
		})
	}
}

func TestClockDoubtsMediaFromTheFuture(t *testing.T) {
	var k clock
	k.observe(time.Second, 2*time.Second)
	if k.tooEarly(4*time.Second, 2*time.Second) {
		t.Error("3 s ahead is too much, want more patience")
	}
	if !k.tooEarly(6*time.Second, 2*time.Second) {
		t.Error("5 s ahead is believed")
	}
}
