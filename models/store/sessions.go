package store

import (
	"context"
	"time"

	"earshot/models"
)

// Sessions keeps the bot's stays in rooms.
type Sessions interface {
	// StartSession stores a new session with epoch 1. When the id is stored already, the session goes on: it keeps its start,
	// takes the rest from s, is live again, and its epoch rises by one, so that no clip's key is used twice. A zero Started
	// means now. It returns the session as stored. models.ErrInvalid: the id is not safe in paths and URLs.
	StartSession(ctx context.Context, s models.Session) (models.Session, error)
	// EndSession notes when and why a session ended. Ending it again changes nothing. models.ErrNotFound when it is not stored.
	EndSession(ctx context.Context, id string, reason models.EndReason, end time.Time) error
	// Session reads one session with its counts. models.ErrNotFound when it is not stored.
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	// SessionIn reads one session of some rooms, without its counts. models.ErrNotFound when it is not stored, or in another room.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
	// Snapshot reads what is stored of a session, at one moment. models.ErrNotFound when it is not stored, or in another room
	// than those of the query. models.ErrUnreadable, beside all the rest: some decisions or actions cannot be read.
	Snapshot(ctx context.Context, q models.SnapshotQuery) (models.Snapshot, error)
	// Sessions lists sessions with their counts, the newest first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// UnendedSessions lists the sessions that nobody ended, the oldest first: after a start of the program these are the
	// ones that a crash cut short.
	UnendedSessions(ctx context.Context) ([]models.Session, error)
	// Stored is nil while a session is stored and nobody erases it, else models.ErrNotFound.
	Stored(ctx context.Context, id string) error
	// Rooms lists the rooms of the record, each with its newest name and address, by identity.
	Rooms(ctx context.Context) ([]models.Room, error)
}

// Speakers keeps who was seen in a session.
type Speakers interface {
	// PutSpeaker stores a person seen in a session, or what changed: a name or role that is set replaces the old one, and
	// the earliest FirstMS stays. models.ErrNotFound when the session is not stored.
	PutSpeaker(ctx context.Context, p models.Speaker) error
	// Speakers lists everybody who was seen in a session, in the order they came.
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
}
