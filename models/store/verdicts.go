package store

import (
	"context"
	"time"

	"earshot/models"
)

// Flags keeps what rules found. Put stores it.
type Flags interface {
	// Flag reads one flag. models.ErrNotFound when it is not stored.
	Flag(ctx context.Context, id string) (models.Flag, error)
	// Flags lists the flags of a session in the order of the sound.
	Flags(ctx context.Context, session string) ([]models.Flag, error)
	// FlagPlace reads one flag with its session, its line and what came of it. models.ErrNotFound when it is not stored.
	FlagPlace(ctx context.Context, id string) (models.FlagPlace, error)
	// FindFlags lists flags of all sessions with the session and the line of each.
	FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error)
	// SetFlagStatus stores what a person said of a flag and returns the flag as it is then. Setting models.FlagOpen takes a
	// decision back; the status that it has changes nothing, not even by whom. models.ErrConflict: somebody decided otherwise, which
	// has to be taken back first. models.ErrInvalid: there is no such status. models.ErrNotFound: there is no such flag.
	SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error)
	// Rules counts what became of each rule's flags in some rooms, the rule with the latest flag first.
	Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error)
}

// Decisions keeps what was made of flags, and the strikes that came of them. Put stores them. Lists come with
// models.ErrUnreadable, beside those that could be read, when some could not be.
type Decisions interface {
	// Decision reads one decision. models.ErrNotFound when it is not stored.
	Decision(ctx context.Context, id string) (models.Decision, error)
	// DecisionOfFlag reads the decision that a flag led to. models.ErrNotFound when there is none.
	DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error)
	// Decisions lists the decisions of a session in the order they were made.
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	// OpenOfEnded lists the decisions that wait for a host, a second look or an opinion although their stay has ended.
	OpenOfEnded(ctx context.Context) ([]models.Decision, error)
	// LedgerSince lists the strikes that count in a session: its own, those of its room and of all rooms.
	LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error)
	// Strikes lists the entries of all ledgers that are about somebody as a room's platform knows them, the latest first; at
	// most 200.
	Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error)
}

// Actions keeps what is done in rooms. Put stores planned actions. Lists come with models.ErrUnreadable as those of Decisions.
type Actions interface {
	// Action reads one action. models.ErrNotFound when it is not stored.
	Action(ctx context.Context, id string) (models.Action, error)
	// Actions lists the actions of a session in the order they were planned.
	Actions(ctx context.Context, session string) ([]models.Action, error)
	// SetAction stores how far an action has come. models.ErrNotFound when it is not stored.
	SetAction(ctx context.Context, a models.Action) error
	// PlannedActions lists the actions in a room that were planned since a time and never sent: what a crash came in between
	// of. The ends of what is in force are left out.
	PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error)
	// OverduePlans lists the actions of all rooms that were planned before a time and never sent, the ends of what is in force
	// left out: these are made up for.
	OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error)
}

// Restrictions keeps what is in force against people in rooms.
type Restrictions interface {
	// Restrictions lists what is in force in a room, or should be.
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	// PutRestriction stores a restriction in the place of the one of its kind that holds against the same person.
	PutRestriction(ctx context.Context, r models.Restriction) error
	// EndRestriction forgets that something is in force. It is no error when it is not.
	EndRestriction(ctx context.Context, room, person string, verb models.Verb) error
}
