// Package record is what visitors see of the record and change in it, for pages and API alike: each operation asks what the
// visitor of its context may do, carries it out, and tells those who watch.
package record

import (
	"log/slog"
	"time"

	"earshot/models"
)

// Publisher tells those who watch what happened, and makes them forget. events.Hub implements it.
type Publisher interface {
	Publish(e models.Event) uint64
	Forget(match func(models.Event) bool)
}

// Record is the record as visitors see it. Its methods may be called by many goroutines at once.
type Record struct {
	Store Store
	Hub   Publisher
	// Actor carries out what a host chooses; nil: flags can be decided, and nothing can be done in the rooms.
	Actor Actor
	// Summaries makes summaries; nil: those that are stored are shown.
	Summaries Summariser
	Now       func() time.Time
	Log       *slog.Logger
}
