package review

import (
	"context"

	"earshot/models"
)

// SessionStore finds sessions with what a list shows about them. All methods may be called by many goroutines at once.
type SessionStore interface {
	// Sessions lists sessions, the newest start first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// Session returns one session, or an error that wraps models.ErrNotFound.
	Session(ctx context.Context, id string) (models.SessionInfo, error)
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
	// Search returns a page of lines of all sessions, the newest first. The query's text is what a person typed: any text
	// is safe, and text without a word in it finds nothing. Errors wrap models.ErrInvalid or models.ErrUnavailable.
	Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error)
}

// Store is everything the pages read.
type Store interface {
	SessionStore
	TranscriptStore
	FlagStore
	SearchStore
}
