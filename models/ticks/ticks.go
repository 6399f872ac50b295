// Package ticks loops over time: once per interval, until a context ends.
package ticks

import (
	"context"
	"iter"
	"time"
)

// Every yields the time after each interval until the context ends. Ticks that a slow loop misses are dropped. The interval must be
// positive.
func Every(ctx context.Context, interval time.Duration) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		t := time.NewTicker(interval)
		defer t.Stop()
		follow(ctx, t.C, yield)
	}
}

// AtOnceAndEvery is Every, but yields for the first time at once, even if the context has ended.
func AtOnceAndEvery(ctx context.Context, interval time.Duration) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		t := time.NewTicker(interval)
		defer t.Stop()
		if yield(time.Now()) {
			follow(ctx, t.C, yield)
		}
	}
}

func follow(ctx context.Context, ticks <-chan time.Time, yield func(time.Time) bool) {
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks:
			if ctx.Err() != nil || !yield(now) { // both may be ready
				return
			}
		}
	}
}
