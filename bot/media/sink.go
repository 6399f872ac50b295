package media

import (
	"context"

	"earshot/models"
)

// Sink stores a Pipeline's output. Its methods may block on a disk; they are called from one goroutine, in order (a speaker before their
// clips). After an error, the same value is retried until it is stored or the time for storing has passed. models.ErrNotFound means that
// the session has been erased, and ends it; models.ErrInvalid drops the value.
type Sink interface {
	// Clip stores, queues and owns a finished segment of speech.
	Clip(context.Context, models.Clip) error
	// Gap stores a span that was not heard.
	Gap(context.Context, models.Gap) error
	// Speaker stores a participant.
	Speaker(context.Context, models.Speaker) error
}

// ConsentSink is a Sink that also stores the consent ledger.
type ConsentSink interface {
	// Consent stores who was informed of the bot, and who objected.
	Consent(context.Context, models.Consent) error
}

// LossSink is a Sink that can record, even while the disk is full, what would be lost if the program ended now.
type LossSink interface {
	// Losses replaces the losses recorded for a session; an empty list means that nothing is queued. Settled losses will not be stored. It may
	// block on a disk, and is called from the goroutine that calls the Sink.
	Losses(session string, losses []models.Loss) error
}

// Observer receives observations. Its method is called from the goroutine that calls the Sink, in order with the Sink's calls, and may
// block on a disk.
type Observer interface {
	Observe(context.Context, models.Observation)
}
