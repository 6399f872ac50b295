package restrict

import (
	"context"
	"log/slog"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// Store keeps what is in force. models.ErrNotFound is returned by none of its methods.
type Store interface {
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	PutRestriction(context.Context, models.Restriction) error
	EndRestriction(ctx context.Context, room, person string, verb models.Verb) error
}

// Actions keeps what is done. Put and SetAction are models.ErrNotFound when the session was erased.
type Actions interface {
	Action(ctx context.Context, id string) (models.Action, error)
	SetAction(context.Context, models.Action) error
	Put(context.Context, models.Record) error
}

// Config is what a Keeper works with.
type Config struct {
	Store   Store
	Actions Actions
	Room    *room.Room
	// RoomID is the room that the record is about.
	RoomID string
	// Told is told of each action once it is stored; it must not block.
	Told func(models.Action)
	Log  *slog.Logger
}

const (
	// actWithin bounds one action with its climb.
	actWithin = 45 * time.Second
	// storeWithin bounds writing down what came of it, also when the stay ends.
	storeWithin = 5 * time.Second
	// lookEvery is how often it is looked whether all that should be in force is, and nothing else.
	lookEvery = time.Second
	// looksAtOnce bounds the people whom something is done about at once by these looks.
	looksAtOnce = 32
)

// place is one kind of restriction of one person.
type place struct {
	person string
	verb   models.Verb
}
