package restrict

import (
	"context"
	"log/slog"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// Store holds the restrictions in force. None of its methods returns models.ErrNotFound.
type Store interface {
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	PutRestriction(context.Context, models.Restriction) error
	EndRestriction(ctx context.Context, room, person string, verb models.Verb) error
}

// Actions holds actions. Put and SetAction return models.ErrNotFound if the session has been erased.
type Actions interface {
	Action(ctx context.Context, id string) (models.Action, error)
	SetAction(context.Context, models.Action) error
	Put(context.Context, models.Record) error
}

// Config configures a Manager.
type Config struct {
	Store   Store
	Actions Actions
	Room    *room.Room
	// RoomID is the room's id in the store.
	RoomID string
	// Told is called with each action once it is stored; it must not block.
	Told func(models.Action)
	Log  *slog.Logger
}

const (
	// actWithin bounds an action, including its escalation.
	actWithin = 45 * time.Second
	// storeWithin bounds storing an outcome, also when the session ends.
	storeWithin = 5 * time.Second
	// lookEvery is how often the restrictions that should be in force are compared with those that are.
	lookEvery = time.Second
	// looksAtOnce bounds concurrent actions that result from these comparisons.
	looksAtOnce = 32
)

// place identifies a kind of restriction of a person.
type place struct {
	person string
	verb   models.Verb
}
