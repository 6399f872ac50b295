// Package bench measures how many speakers a machine can listen to: what a second of speech costs, and how late the text
// comes with ever more speakers, over the real path. What it found is a card.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"time"

	"earshot/cmd/earshot/stage"
	"earshot/models"
)

const (
	gate = 3 * time.Second
	// quickTime is what a quick measurement must end within, with room for what a last step takes beyond its length.
	quickTime = 80 * time.Second
	// stockBefore: a quick measurement that has taken so long leaves the comparison without BLAS out.
	stockBefore = 65 * time.Second
)

// Measure makes a card. A ModelError is the model's fault.
func Measure(ctx context.Context, o Options) (Card, error) {
	c := Card{Version: o.Version, Cores: runtime.NumCPU(), When: time.Now().UTC(), GateMS: int(gate.Milliseconds())}
	tape, err := stage.Lines()
	if err != nil {
		return c, err
	}
	o.Progress("measuring what a second of speech costs")
	if err := c.measureCosts(ctx, o, tape); err != nil {
		return c, ofModel(err)
	}
	if err := c.climb(ctx, o, tape); err != nil {
		return c, err
	}
	if !o.Quick || time.Since(c.When) < stockBefore {
		return c, ofModel(c.compareStock(ctx, o))
	}
	return c, nil
}

// climb tries ever more speakers until the gate breaks.
func (c *Card) climb(ctx context.Context, o Options, tape []stage.Line) error {
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
		s, err := runStep(ctx, o.Performer, tape, n, length)
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
