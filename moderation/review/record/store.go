package record

import (
	"context"
	"time"

	"earshot/models"
)

// SessionStore reads sessions with the counts shown in lists. All methods may be called by many goroutines at once.
type SessionStore interface {
	// Sessions lists sessions, latest start first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// SessionIn returns a session of some rooms, without its counts, or an error that wraps models.ErrNotFound.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
	// Snapshot returns a session of some rooms with its contents, or an error that wraps models.ErrNotFound; one that wraps
	// models.ErrUnreadable accompanies what could be read.
	Snapshot(ctx context.Context, q models.SnapshotQuery) (models.Snapshot, error)
	// Session returns one session with its counts, or an error that wraps models.ErrNotFound.
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// TranscriptStore reads the transcript of a session. The order of the results does not matter.
type TranscriptStore interface {
	// Speakers returns the people seen in the session.
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	// Utterances returns all lines with their words.
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// Utterance returns one line, or an error that wraps models.ErrNotFound.
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	// LinesAround returns, for each line, the lines that began just before it, and just after it.
	LinesAround(ctx context.Context, lines []models.Key, before, after int) (map[models.Key][]models.Utterance, error)
	// CorrectText replaces a line's text, keeps the original, and returns the new line. Passing the original text withdraws the
	// correction.
	CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (models.Utterance, error)
	// RedactLine permanently removes words, by position, from the line, from everything that quotes it and from its clip, and
	// returns the new line.
	RedactLine(ctx context.Context, k models.Key, words []int, by string, when time.Time) (models.Utterance, error)
	// Gaps returns the parts that were not heard.
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
}

// FlagStore reads flags, and stores decisions about them.
type FlagStore interface {
	// Flags returns all flags of the session, decided or not.
	Flags(ctx context.Context, session string) ([]models.Flag, error)
	// FindFlags lists flags of sessions, each with its session and line.
	FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error)
	// FlagPlace returns one flag, or an error that wraps models.ErrNotFound.
	FlagPlace(ctx context.Context, id string) (models.FlagPlace, error)
	// SetFlagStatus stores a decision, or reopens a flag with models.FlagOpen, and returns the new flag. The error wraps
	// models.ErrConflict if somebody has decided differently.
	SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error)
	// SetFlagStatuses is SetFlagStatus for several flags, all or none; with models.ErrConflict it returns the conflicting flag.
	SetFlagStatuses(ctx context.Context, ids []string, status models.FlagStatus, by string, when time.Time) ([]models.Flag, error)
	// Tonight counts what people did in their rooms since a time; the identities have no names.
	Tonight(ctx context.Context, people []models.Identity, since time.Time) (map[models.Identity]models.Tally, error)
	// OpenFlags counts the open flags in some rooms.
	OpenFlags(ctx context.Context, only models.RoomSet) (int, error)
	// Rules counts how each rule's flags were decided in some rooms.
	Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error)
}

// EvidenceStore reads the audio of flagged lines.
type EvidenceStore interface {
	// Evidence returns a clip with its audio, or an error that wraps models.ErrNotFound.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// SessionEvidence lists the stored clips of a session, without audio.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
}

// PeopleStore manages the people behind the identities of a room's platform.
type PeopleStore interface {
	// Person returns what is stored about somebody in some rooms, or an error that wraps models.ErrNotFound.
	Person(ctx context.Context, room, speaker string, only models.RoomSet) (models.Person, error)
	// Names returns the display names that hosts gave in a room, by speaker id.
	Names(ctx context.Context, room string) (map[string]string, error)
	// Identities lists who was seen in a room, most recent first.
	Identities(ctx context.Context, room string, limit int) ([]models.Identity, error)
	// Strikes lists the entries of all ledgers about somebody, the latest first.
	Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error)
	// NamePerson sets a display name, or with "" restores the platform's.
	NamePerson(ctx context.Context, room, speaker, name, by string, when time.Time) error
	// MergePeople merges two identities; SplitPerson separates one.
	MergePeople(ctx context.Context, a, b models.Identity, by string, when time.Time) error
	SplitPerson(ctx context.Context, room, speaker, by string, when time.Time) error
	// ErasePerson erases everything stored about somebody, under all their identities.
	ErasePerson(ctx context.Context, room, speaker, by string) error
}

// RecordStore reads summaries, decisions, consents and the audit log.
type RecordStore interface {
	// Summary returns a session's summary of a kind, or an error that wraps models.ErrNotFound.
	Summary(ctx context.Context, session, kind string) (models.Summary, error)
	// Decisions lists the rules' decisions in a session.
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	// Consents returns the consent ledger, latest entry first; empty strings match anything.
	Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error)
	// Actions lists the actions in a session, in the order in which they were planned.
	Actions(ctx context.Context, session string) ([]models.Action, error)
	// Audit lists changes with their authors, latest first.
	Audit(ctx context.Context, limit int) ([]models.AuditEntry, error)
}

// SearchStore finds lines by their words.
type SearchStore interface {
	// Search returns a page of lines of sessions, newest first. The query's text is what a person typed: any text is safe, and text
	// without words finds nothing. Errors wrap models.ErrInvalid or models.ErrUnavailable.
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
