package store

import (
	"context"
	"time"

	"earshot/models"
)

// Records stores what comes of what was said.
type Records interface {
	// Put stores a record in one transaction. With a line, its clip is acknowledged in it: after Put returned nil the stretch
	// of speech is done for ever, before that it is decoded again after a restart.
	//
	// Storing a line again changes nothing and is not an error, with one exception: a line that could not be decoded
	// (models.UtteranceFailed) is replaced by one that could. The clip of a failed line stays in the spool, out of
	// PendingKeys. A zero Committed means now, and flags without a status are open. Every flag of a line must be of it, and
	// evidence needs a flag (models.ErrInvalid). Of a session that is only moderated no words are stored but those that were
	// flagged. Each new open flag of a rule that does more than watch is told to the notice targets that want it.
	//
	// models.ErrNotFound: the session is not stored, or what the record is about was erased: it is not wanted any more.
	Put(ctx context.Context, r models.Record) error
}

// Transcripts keeps what was said.
type Transcripts interface {
	// Utterance reads one line. models.ErrNotFound when it is not stored.
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	// Utterances lists the lines of a session in the order they began, with words; failed and empty ones included.
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// LinesOf lists the lines of one person that touch a stretch of a session, in ms, in the order they began.
	LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error)
	// CorrectText replaces the text of a line by what a person heard, and returns the line as it is then. What was heard
	// first is kept with it; giving that text takes the correction back. models.ErrInvalid: the text is blank or longer than
	// 4000 characters. models.ErrNotFound: there is no such line.
	CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (models.Utterance, error)
	// RedactLine takes words out of a line, and out of all that quotes it: its words, what was heard before a correction, the
	// flags on it with why they were raised, what was decided and done because of them, the session's summaries, and the
	// clip. Bars of their length stand in their place. When it returns, no byte of them is left. It returns the line as it is
	// then. models.ErrInvalid: there is no such word. models.ErrNotFound: there is no such line.
	RedactLine(ctx context.Context, r models.LineRedaction) (models.Utterance, error)
}

// Search finds lines.
type Search interface {
	// Search finds lines, the newest stored first. The text of the query may hold anything: it is taken as words, never as a
	// query language. models.ErrInvalid: the query is empty, too long, or its cursor is not one of this store.
	// models.ErrUnavailable: it took too long.
	Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error)
}

// Summaries keeps what sessions were about.
type Summaries interface {
	// PutSummary stores what a session was about. The session's earlier summary of the same kind is replaced.
	// models.ErrNotFound when the session is not stored, models.ErrInvalid for an unknown kind.
	PutSummary(ctx context.Context, s models.Summary) error
	// Summary reads a session's summary of a kind. models.ErrNotFound when there is none.
	Summary(ctx context.Context, session, kind string) (models.Summary, error)
}

// Evidence keeps the sound of flagged lines until it expires. Put stores it.
type Evidence interface {
	// Evidence reads a clip with its sound. models.ErrNotFound when it is not kept, or has expired by now.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// SessionEvidence lists the clips that are kept of a session, without their sound, in no order.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	// ReplaceEvidence stores the sound of a line anew, with what came before and after it. models.ErrInvalid: there is no
	// sound in it. models.ErrNotFound when none is kept of the line any more.
	ReplaceEvidence(ctx context.Context, e models.Evidence) error
	// ExpireEvidence deletes the clips whose time is over, so that no byte of them remains, and says how many there were.
	ExpireEvidence(ctx context.Context, now time.Time) (int, error)
}
