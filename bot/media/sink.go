package media

import (
	"context"

	"earshot/models"
)

// Sink takes what was heard. Its methods may block on a disk; they are called from one goroutine of the Pipeline, in order
// (a speaker before the clips). An error is retried with the same value until it succeeds or the time for storing is
// over; models.ErrNotFound says that the session is not stored any more, and ends the stay.
type Sink interface {
	// Clip stores and queues one finished stretch of speech. The Sink owns it from then on.
	Clip(context.Context, models.Clip) error
	// Gap stores what was not heard.
	Gap(context.Context, models.Gap) error
	// Speaker stores who is there.
	Speaker(context.Context, models.Speaker) error
}

// ConsentSink is a Sink that keeps the consent ledger too.
type ConsentSink interface {
	// Consent stores who was told of the bot, and who objected.
	Consent(context.Context, models.Consent) error
}

// LossSink is a Sink that can write down, also while there is no room on the disk, what is lost if the program ends now.
type LossSink interface {
	// Losses replaces what was noted of a session before; none: nothing waits any more. Settled ones will not be stored.
	// It may block on the disk, and is called from the goroutine that calls the Sink.
	Losses(session string, losses []models.Loss) error
}

// Observer takes what was noticed. Its method is called by the goroutine that calls the Sink, in order with what the Sink
// gets, and may block on a disk.
type Observer interface {
	Observe(context.Context, models.Observation)
}
