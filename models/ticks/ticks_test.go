package ticks_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models/ticks"
)

func TestTicks(t *testing.T) {
	for name, c := range map[string]struct {
		loop func(context.Context, time.Duration) iter.Seq[time.Time]
		took time.Duration // by each turn
		most int
		want []time.Duration
	}{
		"after each interval":       {ticks.Every, 0, 9, []time.Duration{2, 4, 6}},
		"at once too":               {ticks.AtOnceAndEvery, 0, 9, []time.Duration{0, 2, 4, 6}},
		"missed ticks are dropped":  {ticks.Every, 5, 9, []time.Duration{2, 7}},
		"the loop may end":          {ticks.Every, 0, 2, []time.Duration{2, 4}},
		"the loop may end at once":  {ticks.AtOnceAndEvery, 0, 1, []time.Duration{0}},
		"the end comes in the loop": {ticks.AtOnceAndEvery, 8, 9, []time.Duration{0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithDeadline(t.Context(), began.Add(7500*time.Millisecond))
				defer cancel()
				var got []time.Duration
				for range c.loop(ctx, 2*time.Second) {
					got = append(got, time.Since(began)/time.Second)
					if len(got) == c.most {
						break
					}
					time.Sleep(c.took * time.Second)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("seconds %v, want %v", got, c.want)
				}
			})
		})
	}
}
