package bench

import (
	"context"
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
