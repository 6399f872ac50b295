package record

import (
	"context"
	"time"

	"earshot/models"
)

// SessionStore finds sessions with what a list shows about them. All methods may be called by many goroutines at once.
type SessionStore interface {
	// Sessions lists sessions, the newest start first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// SessionIn returns a session of some rooms, without its counts, or an error that wraps models.ErrNotFound.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
	// Snapshot returns what is stored of a session of some rooms, or an error that wraps models.ErrNotFound; one that wraps
	// models.ErrUnreadable comes beside what could be read.
	Snapshot(ctx context.Context, q models.SnapshotQuery) (models.Snapshot, error)
	// Session returns one session with its counts, or an error that wraps models.ErrNotFound.
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// TranscriptStore finds what was heard in one session. The order of the results does not matter.
type TranscriptStore interface {
	// Speakers returns the people seen in the session.
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	// Utterances returns all lines with their words.
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// Utterance returns one line, or an error that wraps models.ErrNotFound.
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	// CorrectText replaces a line's text, keeps what was heard beside it, and returns the line as it is then. Giving what was
	// heard takes the correction back.
	CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (models.Utterance, error)
	// RedactLine takes words, by their places in the line, out of the line, out of all that quotes it and out of its clip,
	// for good, and returns the line as it is then.
	RedactLine(ctx context.Context, k models.Key, words []int, by string, when time.Time) (models.Utterance, error)
	// Gaps returns the stretches that were not heard.
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
}

// FlagStore finds what the rules found, and stores what people said of it.
type FlagStore interface {
	// Flags returns all flags of the session, decided or not.
	Flags(ctx context.Context, session string) ([]models.Flag, error)
	// FindFlags lists flags of sessions, each with its session and line.
	FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error)
	// FlagPlace returns one flag, or an error that wraps models.ErrNotFound.
	FlagPlace(ctx context.Context, id string) (models.FlagPlace, error)
	// SetFlagStatus stores a decision, or takes it back with models.FlagOpen, and returns the flag as it is then. The error wraps
	// models.ErrConflict when somebody decided otherwise before.
	SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error)
	// Rules counts what became of each rule's flags in some rooms.
	Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error)
}

// EvidenceStore finds the sound of flagged lines.
type EvidenceStore interface {
	// Evidence returns a clip with its sound, or an error that wraps models.ErrNotFound.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// SessionEvidence lists the clips kept of a session, without sound.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
}

// PeopleStore knows the people behind the identities of a room's platform.
type PeopleStore interface {
	// Person returns what is held about somebody in some rooms, or an error that wraps models.ErrNotFound.
	Person(ctx context.Context, room, speaker string, only models.RoomSet) (models.Person, error)
	// Names are the display names that hosts gave in a room, by speaker id.
	Names(ctx context.Context, room string) (map[string]string, error)
	// Identities lists who was seen in a room, those seen last first.
	Identities(ctx context.Context, room string, limit int) ([]models.Identity, error)
	// Strikes lists the entries of all ledgers about somebody, the latest first.
	Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error)
	// NamePerson gives somebody a display name, or with "" the platform's again.
	NamePerson(ctx context.Context, room, speaker, name, by string, when time.Time) error
	// MergePeople says that two identities are one person; SplitPerson takes one out again.
	MergePeople(ctx context.Context, a, b models.Identity, by string, when time.Time) error
	SplitPerson(ctx context.Context, room, speaker, by string, when time.Time) error
	// ErasePerson removes everything that was stored of somebody, under all their identities.
	ErasePerson(ctx context.Context, room, speaker, by string) error
}

// RecordStore knows what was made of a session, and who changed the record.
type RecordStore interface {
	// Summary returns a session's summary of a kind, or an error that wraps models.ErrNotFound.
	Summary(ctx context.Context, session, kind string) (models.Summary, error)
	// Decisions lists what the rules decided in a session.
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	// Consents is the consent ledger, the latest entry first; empty texts are any.
	Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error)
	// Actions lists what was done in a session, in the order it was planned.
	Actions(ctx context.Context, session string) ([]models.Action, error)
	// Audit lists who changed what, the latest first.
	Audit(ctx context.Context, limit int) ([]models.AuditEntry, error)
}

// SearchStore finds lines by their words.
type SearchStore interface {
	// Search returns a page of lines of sessions, the newest first. The query's text is what a person typed: any text
	// is safe, and text without a word in it finds nothing. Errors wrap models.ErrInvalid or models.ErrUnavailable.
	Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error)
}

// Store is everything that visitors read and write.
type Store interface {
	SessionStore
	TranscriptStore
	FlagStore
	EvidenceStore
	PeopleStore
	RecordStore
	SearchStore
}
