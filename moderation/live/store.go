package live

import (
	"context"
	"time"

	"earshot/models"
)

// Queue takes finished clips for decoding; it never blocks and never drops one. Again requests a second look, and returns false if
// that is impossible.
type Queue interface {
	Submit(models.Clip)
	Again(c models.Clip, done func(models.Utterance)) bool
}

// Publisher publishes stored events to viewers; it never blocks.
type Publisher interface {
	Publish(models.Event) uint64
}

// Counts receives events for the metrics.
type Counts interface {
	HeardCounts
	DoneCounts
}

// HeardCounts receives clips and gaps.
type HeardCounts interface {
	Heard(models.Clip)
	Missed(models.Gap)
}

// DoneCounts receives stored lines, and actions that took effect or failed.
type DoneCounts interface {
	Stored(models.Utterance, []models.Flag)
	// Flagged receives flags stored without a line.
	Flagged([]models.Flag)
	Acted(models.Action)
}

// Store is the store as live sessions use it. Methods that name a session return models.ErrNotFound if it has been erased.
type Store interface {
	Spool
	People
	Lines
	Verdicts
	Actions
	Consents
	KeptSound
}

// Consents stores the consent ledger, and where listening is paused.
type Consents interface {
	PutConsent(context.Context, models.Consent) error
	Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error)
	// Objections returns the models.PersonMark of everybody who is not to be transcribed in a room.
	Objections(ctx context.Context, room string) (map[string]bool, error)
	// PausedBy returns who paused listening in a room; "" if it is not paused.
	PausedBy(ctx context.Context, room string) (string, error)
	SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error
	// PutRoomNotice stores a notice to the hosts without a flag.
	PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error
}

// KeptSound stores the audio of flagged lines. ReplaceEvidence returns models.ErrNotFound if there is none to replace.
type KeptSound interface {
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	ReplaceEvidence(context.Context, models.Evidence) error
}

// Spool holds clips until they are transcribed. A clip is acknowledged by storing its line.
type Spool interface {
	PutClip(context.Context, models.Clip) error
	Clip(context.Context, models.Key) (models.Clip, error)
	PutGap(context.Context, models.Gap) error
	NoteLosses(session string, losses []models.Loss) error
}

// People stores sessions and their participants.
type People interface {
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	// Sessions lists sessions, the latest first.
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	// Stored returns nil while a session is stored and not being erased.
	Stored(ctx context.Context, id string) error
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	PutSpeaker(context.Context, models.Speaker) error
}

// Lines stores transcripts. Put stores a line with its outcome, in one transaction.
type Lines interface {
	Put(context.Context, models.Record) error
	Utterance(context.Context, models.Key) (models.Utterance, error)
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// RedactLine removes words from a line and from everything that quotes it.
	RedactLine(context.Context, models.LineRedaction) (models.Utterance, error)
	// LinesOf lists a person's lines that overlap a span of session time, in ms.
	LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error)
}

// Verdicts stores decisions, flags and strikes.
type Verdicts interface {
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error)
	Decision(ctx context.Context, id string) (models.Decision, error)
	// OpenOfEnded lists the pending decisions of sessions that have ended.
	OpenOfEnded(ctx context.Context) ([]models.Decision, error)
	Flag(ctx context.Context, id string) (models.Flag, error)
	LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error)
}

// Actions stores actions and restrictions.
type Actions interface {
	PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error)
	Action(ctx context.Context, id string) (models.Action, error)
	SetAction(context.Context, models.Action) error
	// OverduePlans lists the actions of all rooms that were planned before a time and never sent, except the ends of restrictions.
	OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error)
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	PutRestriction(context.Context, models.Restriction) error
	// Tell stores notices of a flag, for the named target or for all targets of its room. It returns models.ErrNotFound if there
	// is no target of that name.
	Tell(ctx context.Context, id, session, flag, target string) error
}
