package live

import (
	"context"
	"time"

	"earshot/models"
)

// Queue takes finished clips for decoding; it never blocks and never drops one. Again decodes a flagged one once more, and
// is false when it can't.
type Queue interface {
	Submit(models.Clip)
	Again(c models.Clip, done func(models.Utterance)) bool
}

// Publisher shows what was stored to whoever watches; it never blocks.
type Publisher interface {
	Publish(models.Event) uint64
}

// Counts is told what passes, for the metrics.
type Counts interface {
	HeardCounts
	DoneCounts
}

// HeardCounts is told what was heard, and what was not.
type HeardCounts interface {
	Heard(models.Clip)
	Missed(models.Gap)
}

// DoneCounts is told of stored lines, and of actions that took effect or failed.
type DoneCounts interface {
	Stored(models.Utterance, []models.Flag)
	// Flagged is told of flags that no line was stored with.
	Flagged([]models.Flag)
	Acted(models.Action)
}

// Store is the record as live sessions use it. Methods that name a session return models.ErrNotFound when it was erased.
type Store interface {
	Spool
	People
	Lines
	Verdicts
	Actions
	Consents
	KeptSound
}

// Consents keeps who was told of the bot and who objected, and where listening is paused.
type Consents interface {
	PutConsent(context.Context, models.Consent) error
	SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error
	// PutRoomNotice has the hosts told of something that is no flag.
	PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error
}

// KeptSound is the sound of flagged lines. ReplaceEvidence stores it anew where it is still kept, else it is
// models.ErrNotFound.
type KeptSound interface {
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	ReplaceEvidence(context.Context, models.Evidence) error
}

// Spool holds sound until it is written down. A clip is acknowledged by storing its line.
type Spool interface {
	PutClip(context.Context, models.Clip) error
	Clip(context.Context, models.Key) (models.Clip, error)
	PutGap(context.Context, models.Gap) error
	NoteLosses(session string, losses []models.Loss) error
}

// People is who is where.
type People interface {
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	// Stored is nil while a session is stored and nobody erases it.
	Stored(ctx context.Context, id string) error
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	PutSpeaker(context.Context, models.Speaker) error
}

// Lines is what was said. Put stores a line with all that came of it, in one transaction.
type Lines interface {
	Put(context.Context, models.Record) error
	Utterance(context.Context, models.Key) (models.Utterance, error)
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	// RedactLine takes words out of a line and of all that quotes it.
	RedactLine(context.Context, models.LineRedaction) (models.Utterance, error)
	// LinesOf lists the lines of one person that touch a stretch of a session, in ms.
	LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error)
}

// Verdicts is what was decided, and the strikes that count in a room.
type Verdicts interface {
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error)
	Decision(ctx context.Context, id string) (models.Decision, error)
	// OpenOfEnded lists the decisions that still wait although their stay has ended.
	OpenOfEnded(ctx context.Context) ([]models.Decision, error)
	Flag(ctx context.Context, id string) (models.Flag, error)
	LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error)
}

// Actions is what is planned and done in rooms.
type Actions interface {
	PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error)
	Action(ctx context.Context, id string) (models.Action, error)
	SetAction(context.Context, models.Action) error
	// OverduePlans lists what was planned in any room before a time and never sent, but for the ends of what is in force.
	OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error)
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	PutRestriction(context.Context, models.Restriction) error
	// Tell stores notices of a flag: for the named target, or for all of its room. models.ErrNotFound: there is none of
	// that name.
	Tell(ctx context.Context, id, session, flag, target string) error
}
