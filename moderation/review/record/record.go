// Package record is the data layer of pages and API: each operation checks the permissions of the visitor in its context, carries
// the operation out, and publishes changes.
package record

import (
	"log/slog"
	"time"

	"earshot/models"
)

// Publisher publishes events to watchers, and makes them forget. events.Hub implements it.
type Publisher interface {
	Publish(e models.Event) uint64
	Forget(match func(models.Event) bool)
}

// Record gives visitors access to stored data. Its methods may be called by many goroutines at once.
type Record struct {
	Store Store
	Hub   Publisher
	// Actor carries out hosts' actions; nil: flags can be decided, but nothing can be done in the rooms.
	Actor Actor
	// Summaries makes summaries; nil: only stored ones are shown.
	Summaries Summariser
	Now       func() time.Time
	Log       *slog.Logger
}
