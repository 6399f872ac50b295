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

// Performer has a program of its own listen in a room while parts are played there in real time.
type Performer interface {
	// Perform returns every line that was stored when all is decoded, and the memory that was in use then, in MB.
	Perform(ctx context.Context, parts []stage.Part) (lines []models.Utterance, memoryMB int64, err error)
}

// Options are how a measurement is made. All must be set, but for Quick.
type Options struct {
	Version  string        // of the program
	Model    string        // the model's file; one without weights measures cost, not words
	Quick    bool          // end within 90 seconds
	Most     int           // the most speakers to try
	Partials time.Duration // how often open lines are shown
	// Progress is told each step of the work.
	Progress  func(string)
	Performer Performer
	// Windows runs Windows in another process whose ggml backends are in the folder, and returns what it prints.
	Windows func(ctx context.Context, backends string) ([]byte, error)

	length time.Duration // of a step; 0: as long as is sound
}

// Card is the capacity card: what was found.
type Card struct {
	Version string    `json:"version"`
	Model   string    `json:"model"`
	Weights bool      `json:"weights"` // false: a test model, whose words mean nothing
	Cores   int       `json:"cores"`
	When    time.Time `json:"when"`
	Costs
	Steps []Step `json:"steps"`
	// Speakers is the most speakers within the gate, 0 for none; Limited says the gate was not reached.
	Speakers int  `json:"speakers"`
	Limited  bool `json:"limited"`
	GateMS   int  `json:"gate_ms"`
}

const (
	gate = 3 * time.Second
	// quickTime is what a quick measurement must end within, with room for what a last step takes beyond its length.
	quickTime = 80 * time.Second
	// stockBefore: a quick measurement that has taken so long leaves the comparison without BLAS out.
	stockBefore = 65 * time.Second
)

// ModelError says that the model can't be measured with.
type ModelError struct{ error }

// Unwrap is what is wrong with it.
func (e ModelError) Unwrap() error { return e.error }

func ofModel(err error) error {
	if err == nil {
		return nil
	}
	return ModelError{err}
}

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
