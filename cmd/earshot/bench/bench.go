// Package bench measures how many speakers a machine can transcribe: the cost of a second of speech, and the latency of its text
// as the number of speakers grows, over the real path. The result is a capacity card.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/models"
)

const (
	gate = 3 * time.Second
	// quickTime bounds a quick measurement, with a margin for a last step that takes longer than planned.
	quickTime = 80 * time.Second
	// stockBefore: a quick measurement that has taken this long skips the comparison without BLAS.
	stockBefore = 65 * time.Second
)

// Measure makes a card. A ModelError means that the model cannot be measured.
func Measure(ctx context.Context, o Options) (Card, error) {
	c := Card{Version: o.Version, Cores: runtime.NumCPU(), When: time.Now().UTC(), GateMS: int(gate.Milliseconds())}
	lines, err := playback.Lines()
	if err != nil {
		return c, err
	}
	if o.Server != "" { // the cost of a second on another machine can't be measured from here
		c.Model, c.Weights, c.Elsewhere = o.Server, true, true
		return c, c.climb(ctx, o, lines)
	}
	o.Progress("measuring what a second of speech costs")
	if err := c.measureCosts(ctx, o, lines); err != nil {
		return c, ofModel(err)
	}
	if err := c.climb(ctx, o, lines); err != nil {
		return c, err
	}
	if !o.Quick || time.Since(c.When) < stockBefore {
		return c, ofModel(c.compareStock(ctx, o))
	}
	return c, nil
}

// climb adds speakers until the gate is exceeded.
func (c *Card) climb(ctx context.Context, o Options, lines []playback.Line) error {
	most, length := o.Most, time.Minute
	if o.Quick {
		most, length = min(most, 16), 11*time.Second
	}
	length = cmp.Or(o.length, length)
	for n := 1; n <= most; n *= 2 {
		if o.Quick && n > 1 && time.Since(c.When)+length > quickTime {
			o.Progress("no time is left for more speakers")
			return nil
		}
		o.Progress(fmt.Sprintf("%s for %d s", models.Count(n, "speaker"), int(length.Seconds())))
		s, err := runStep(ctx, o.Player, lines, n, length)
		if err != nil {
			return err
		}
		c.Steps = append(c.Steps, s)
		if !s.within(gate) {
			c.Limited = true
			return nil
		}
		c.Speakers = n
	}
	return nil
}
