package store

import (
	"context"
	"time"

	"earshot/models"
)

// Flags stores flags. Put adds them.
type Flags interface {
	// Flag reads a flag. models.ErrNotFound: it is not stored.
	Flag(ctx context.Context, id string) (models.Flag, error)
	// Flags lists the flags of a session in the order of speech.
	Flags(ctx context.Context, session string) ([]models.Flag, error)
	// FlagPlace reads a flag with its session, line, decision and actions. models.ErrNotFound: it is not stored.
	FlagPlace(ctx context.Context, id string) (models.FlagPlace, error)
	// FindFlags lists flags of all sessions with their sessions and lines.
	FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error)
	// SetFlagStatus sets a flag's status and returns the flag. models.FlagOpen reverts a decision; the present status changes
	// nothing, not even DecidedBy. models.ErrConflict: somebody decided otherwise, which has to be reverted first.
	// models.ErrInvalid: there is no such status. models.ErrNotFound: there is no such flag.
	SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error)
	// SetFlagStatuses is SetFlagStatus for several flags in one transaction: all are set and returned in their order, or none. Beside
	// models.ErrConflict it returns the flag about which somebody decided otherwise.
	SetFlagStatuses(ctx context.Context, ids []string, status models.FlagStatus, by string, when time.Time) ([]models.Flag, error)
	// Tonight counts what people did in their rooms since a time. Identities are compared, and returned, without names.
	Tonight(ctx context.Context, people []models.Identity, since time.Time) (map[models.Identity]models.Tally, error)
	// OpenFlags counts the flags in some rooms that nobody has decided.
	OpenFlags(ctx context.Context, only models.RoomSet) (int, error)
	// Rules counts each rule's flags in some rooms by status, the rule with the latest flag first.
	Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error)
}

// Decisions stores decisions and strikes. Put adds them. Lists return models.ErrUnreadable, with the readable ones, if some can't be
// read.
type Decisions interface {
	// Decision reads a decision. models.ErrNotFound: it is not stored.
	Decision(ctx context.Context, id string) (models.Decision, error)
	// DecisionOfFlag reads a flag's decision. models.ErrNotFound: there is none.
	DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error)
	// Decisions lists the decisions of a session in the order they were made.
	Decisions(ctx context.Context, session string) ([]models.Decision, error)
	// OpenOfEnded lists the pending decisions (for a host, a second look or an opinion) of sessions that have ended.
	OpenOfEnded(ctx context.Context) ([]models.Decision, error)
	// LedgerSince lists the strikes that count in a session: its own, those of its room and of all rooms.
	LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error)
	// Strikes lists the entries of all ledgers about an identity in a room, latest first, at most 200.
	Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error)
}

// Actions stores actions. Put adds planned ones. Lists return models.ErrUnreadable as those of Decisions do.
type Actions interface {
	// Action reads an action. models.ErrNotFound: it is not stored.
	Action(ctx context.Context, id string) (models.Action, error)
	// Actions lists the actions of a session in the order they were planned.
	Actions(ctx context.Context, session string) ([]models.Action, error)
	// SetAction updates an action. models.ErrNotFound: it is not stored.
	SetAction(ctx context.Context, a models.Action) error
	// PlannedActions lists the actions in a room that were planned since a time and never sent, for instance because of a crash,
	// except the ends of restrictions.
	PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error)
	// OverduePlans lists the actions of all rooms that were planned before a time and never sent, except the ends of restrictions,
	// which are carried out late.
	OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error)
}

// Restrictions stores restrictions.
type Restrictions interface {
	// Restrictions lists the restrictions that are, or should be, in force in a room.
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	// PutRestriction stores a restriction, replacing that of the same kind and person.
	PutRestriction(ctx context.Context, r models.Restriction) error
	// EndRestriction deletes a restriction. It is not an error if there is none.
	EndRestriction(ctx context.Context, room, person string, verb models.Verb) error
}
