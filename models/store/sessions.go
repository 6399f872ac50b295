package store

import (
	"context"
	"time"

	"earshot/models"
)

// Sessions stores sessions.
type Sessions interface {
	// StartSession stores a new session with epoch 1. If the id is stored already, the session is resumed: it keeps its start, takes
	// the rest from s, is live again unless s has ended (an imported one), and its epoch increases by one, so that no clip's key is used
	// twice. A zero Started means now.
	// It returns the session as stored. models.ErrInvalid: the id is not safe in paths and URLs.
	StartSession(ctx context.Context, s models.Session) (models.Session, error)
	// EndSession stores when and why a session ended. Ending it again changes nothing, unless it was imported in part
	// (models.EndPartial) until now. models.ErrNotFound: it is not stored.
	EndSession(ctx context.Context, id string, reason models.EndReason, end time.Time) error
	// Session reads a session with its counts. models.ErrNotFound: it is not stored.
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	// SessionIn reads a session without its counts. models.ErrNotFound: it is not stored, or in a room outside of only.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
	// Snapshot reads what is stored of a session, consistently. models.ErrNotFound: it is not stored, or in a room outside of the
	// query's. models.ErrUnreadable, with the rest: some decisions or actions can't be read.
	Snapshot(ctx context.Context, q models.SnapshotQuery) (models.Snapshot, error)
	// Sessions lists sessions with their counts, newest first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// UnendedSessions lists the sessions that have not ended, oldest first: at the start of the program, those that a crash
	// interrupted.
	UnendedSessions(ctx context.Context) ([]models.Session, error)
	// Stored returns nil while a session is stored and not being erased, and models.ErrNotFound otherwise.
	Stored(ctx context.Context, id string) error
	// Rooms lists the rooms of the record, with their latest names and addresses, by identity.
	Rooms(ctx context.Context) ([]models.Room, error)
}

// Speakers stores the participants of sessions.
type Speakers interface {
	// PutSpeaker stores or updates a participant: a name or role that is set replaces the old one, and the earliest FirstMS is kept.
	// models.ErrNotFound: the session is not stored.
	PutSpeaker(ctx context.Context, p models.Speaker) error
	// Speakers lists the participants of a session, in the order in which they were first seen.
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
}
