package bench

import (
	"context"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// Player runs a program that listens in a room while speeches are played there in real time.
type Player interface {
	// Play returns every line stored once all is decoded, and the memory in use then, in MB.
	Play(ctx context.Context, speeches []playback.Speech) (lines []models.Utterance, memoryMB int64, err error)
}

// Options say how to measure. All must be set, except Server and Quick.
type Options struct {
	Version  string        // of the program
	Model    string        // the model file; one without weights measures cost, not words
	Server   string        // model@host of the server that decodes instead; "": the model file is used
	Quick    bool          // end within 90 seconds
	Most     int           // the largest number of speakers to try
	Partials time.Duration // how often partial text is shown
	// Progress is told of each step.
	Progress func(string)
	Player   Player
	// Windows runs the function Windows in another process that loads the ggml backends in the folder, and returns its output.
	Windows func(ctx context.Context, backends string) ([]byte, error)

	length time.Duration // of a step; 0: long enough to be meaningful
}

// ModelError means that a model cannot be measured.
type ModelError struct{ error }

// Unwrap returns what is wrong with it.
func (e ModelError) Unwrap() error { return e.error }

func ofModel(err error) error {
	if err == nil {
		return nil
	}
	return ModelError{err}
}
