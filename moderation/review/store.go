package review

import (
	"context"

	"earshot/models"
)

// SessionStore finds sessions. All methods may be called by many goroutines at once.
type SessionStore interface {
	// Sessions returns at most limit sessions, the newest start first.
	Sessions(ctx context.Context, limit int) ([]models.Session, error)
	// Session returns one session, or an error that wraps models.ErrNotFound.
	Session(ctx context.Context, id string) (models.Session, error)
	// Counts returns what a list shows beside each of the sessions; one without rows may be absent from the map.
	Counts(ctx context.Context, sessions ...string) (map[string]models.Counts, error)
}

// TranscriptStore finds what was heard in one session. The order of the results does not matter.
type TranscriptStore interface {
	// Speakers returns the people seen in the session.
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	// Utterances returns all lines with their words.
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// Gaps returns the stretches that were not heard.
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
}

// FlagStore finds what the rules found.
type FlagStore interface {
	// Flags returns all flags of the session, decided or not.
	Flags(ctx context.Context, session string) ([]models.Flag, error)
}

// SearchStore finds lines by their words.
type SearchStore interface {
	// Search returns at most limit lines of all sessions, the best first. The query is what a person typed: any text
	// must be safe, and text without a word in it finds nothing.
	Search(ctx context.Context, query string, limit int) ([]models.Hit, error)
}

// Store is everything the pages read.
type Store interface {
	SessionStore
	TranscriptStore
	FlagStore
	SearchStore
}
