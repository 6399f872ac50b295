package store

import (
	"context"
	"time"

	"earshot/models"
)

// People keeps what hosts know of human beings, over the identities that platforms give them.
type People interface {
	// Person reads what is held in some rooms about the person behind an identity. models.ErrNotFound when nobody with it was
	// ever seen there.
	Person(ctx context.Context, room, speaker string, only models.RoomSet) (models.Person, error)
	// PersonRecord reads everything that is kept of a person, in one room or, for "", in all. models.ErrNotFound when the
	// person was never seen there. models.ErrUnreadable comes beside what could be read.
	PersonRecord(ctx context.Context, id, room string) (models.PersonRecord, error)
	// FindPeople lists the identities that a word may mean, each with the names it went by: the person with exactly this id,
	// or else everybody who was called so, whatever the capitals.
	FindPeople(ctx context.Context, word string) ([]models.Speaker, error)
	// Names are the display names that hosts gave to people in a room, by their identity there.
	Names(ctx context.Context, room string) (map[string]string, error)
	// Identities lists everybody who was seen in a room, those seen last first, at most limit.
	Identities(ctx context.Context, room string, limit int) ([]models.Identity, error)
	// NamePerson gives the person behind an identity a display name in all their rooms; "" is what the platform says.
	// models.ErrInvalid: the name is longer than 128 characters. models.ErrNotFound: nobody with the identity was ever seen.
	NamePerson(ctx context.Context, room, speaker, name, by string, when time.Time) error
	// MergePeople says that two identities are one person. The first one's display name stays, if there is one.
	// models.ErrNotFound: one of them was never seen.
	MergePeople(ctx context.Context, a, b models.Identity, by string, when time.Time) error
	// SplitPerson takes an identity out of the person it was merged into. models.ErrNotFound when it is in none.
	SplitPerson(ctx context.Context, room, speaker, by string, when time.Time) error
}

// Consents keeps who was told of the bot, who objected to being written down, and where listening is paused.
type Consents interface {
	// PutConsent appends to the consent ledger, and remembers an objection, or that it was taken back, for the sessions to
	// come. A zero At means now. models.ErrNotFound when the session is not stored.
	PutConsent(ctx context.Context, c models.Consent) error
	// Consents is the consent ledger, the latest entry first: of one session, of one room, of one person, or, with empty
	// texts, of all; at most limit entries (0: 1000).
	Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error)
	// Objections are those who are not to be written down in a room, as models.PersonMark.
	Objections(ctx context.Context, room string) (map[string]bool, error)
	// SetPaused notes that somebody paused listening in a room, or resumed it.
	SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error
	// PausedBy is who paused listening in a room; "" when nobody did.
	PausedBy(ctx context.Context, room string) (string, error)
}
