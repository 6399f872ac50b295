package store

import (
	"context"
	"errors"

	"earshot/models"
)

// ErrGone means that events are no longer held of which a caller knows: they were erased, are too old, or the database was restarted.
var ErrGone = errors.New("these events are no longer held")

// Shared is a record that several processes may serve at once. They tell each other what happens through it: Event.Seq rises from
// event to event in the order in which all of them see it, and is never used twice. Events are held for a few minutes at most, and
// not beyond an erasure.
type Shared interface {
	// Lineage names the record; it is the same for all who serve it, and secret.
	Lineage() string
	// PutEvents appends events, and tells those who listen. seen is the latest event that the caller knows of, 0 if that does not
	// matter. ErrGone: it is not held any more, and the events may tell what has been erased since; nothing was appended.
	PutEvents(ctx context.Context, seen uint64, events []models.Event) error
	// EventsAfter returns the events after one, at most limit, the oldest first; those held, if seen is 0. ErrGone: it is not held
	// any more. There is always at least one event held.
	EventsAfter(ctx context.Context, seen uint64, limit int) ([]models.Event, error)
	// ListenEvents calls told when there are new events, until the context ends or the connection is lost. It may miss some.
	ListenEvents(ctx context.Context, told func()) error
	// PruneEvents removes the events that are too old.
	PruneEvents(ctx context.Context) error
}
