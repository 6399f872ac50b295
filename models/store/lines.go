package store

import (
	"context"
	"time"

	"earshot/models"
)

// Records stores lines and outcomes.
type Records interface {
	// Put stores a record in one transaction, which acknowledges the clip of a line: until Put has returned nil, the clip is decoded
	// again after a restart.
	//
	// Storing a line again changes nothing and is not an error, except that a failed line (models.UtteranceFailed) is replaced by a
	// successful one. The clip of a failed line stays in the spool, but not in PendingKeys. A zero Committed means now, and flags
	// without a status are open. Every flag of a record with a line must refer to it, and evidence needs a flag (models.ErrInvalid).
	// Of a session that is only moderated, only flagged words are stored. Each new open flag of a rule that does more than watch
	// creates notices for the targets that want it.
	//
	// models.ErrNotFound: the session is not stored, or the subject of the record has been erased.
	Put(ctx context.Context, r models.Record) error
	// PutAll stores records like Put, all in one transaction: none of them is stored if one cannot be. It is for many lines at once; one
	// transaction per line takes most of the time.
	PutAll(ctx context.Context, all []models.Record) error
}

// Transcripts stores lines.
type Transcripts interface {
	// Utterance reads a line. models.ErrNotFound: it is not stored.
	Utterance(ctx context.Context, k models.Key) (models.Utterance, error)
	// Utterances lists the lines of a session in the order they began, with words; failed and empty ones included.
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// EachUtterance passes on what Utterances lists, one at a time, where holding all of it would take much memory. each may not use the
	// store; the first error it returns ends the reading and is returned.
	EachUtterance(ctx context.Context, session string, each func(models.Utterance) error) error
	// LinesAround lists, for each line, the lines with words of its session next to it: up to so many that began before it, and after
	// it, in the order they began, without the line itself. Lines that are not stored have none.
	LinesAround(ctx context.Context, lines []models.Key, before, after int) (map[models.Key][]models.Utterance, error)
	// LinesOf lists a person's lines that overlap a span of session time, in ms, in the order they began.
	LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error)
	// CorrectText replaces the text of a line and returns the line. The original text is kept; setting it reverts the correction.
	// models.ErrInvalid: the text is blank or longer than 4000 characters. models.ErrNotFound: there is no such line.
	CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (models.Utterance, error)
	// RedactLine replaces words of a line by bars, wherever they are stored: in its text, words and original text, in its flags with
	// their reasons, in the resulting decisions and actions, in the session's summaries, and in the clip. When it returns, no byte
	// of them is left. It returns the line. models.ErrInvalid: there is no such word. models.ErrNotFound: there is no such line.
	RedactLine(ctx context.Context, r models.LineRedaction) (models.Utterance, error)
}

// Search finds lines.
type Search interface {
	// Search finds lines, latest stored first. The text of the query is never interpreted as a query language. models.ErrInvalid:
	// the query is empty or too long, or its cursor is not from this store. models.ErrUnavailable: it took too long.
	Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error)
}

// Summaries stores summaries of sessions.
type Summaries interface {
	// PutSummary stores a summary, replacing the session's earlier one of the same kind. models.ErrNotFound: the session is not
	// stored. models.ErrInvalid: the kind is unknown.
	PutSummary(ctx context.Context, s models.Summary) error
	// Summary reads a session's summary of a kind. models.ErrNotFound: there is none.
	Summary(ctx context.Context, session, kind string) (models.Summary, error)
}

// Evidence stores the audio of flagged lines until it expires. Put adds it.
type Evidence interface {
	// Evidence reads a clip with its audio. models.ErrNotFound: it is not stored, or has expired at now.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// SessionEvidence lists the clips of a session, without their audio, in no particular order.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	// ReplaceEvidence replaces the clip of a line. models.ErrInvalid: it has no audio. models.ErrNotFound: there is none to replace.
	ReplaceEvidence(ctx context.Context, e models.Evidence) error
	// ExpireEvidence deletes expired clips, so that no byte of them remains, and returns their number.
	ExpireEvidence(ctx context.Context, now time.Time) (int, error)
}
