package store

import (
	"context"
	"time"

	"earshot/models"
)

// People stores persons and their identities.
type People interface {
	// Person reads what is stored, in some rooms, about the person of an identity. models.ErrNotFound: the identity was never seen
	// there.
	Person(ctx context.Context, room, speaker string, only models.RoomSet) (models.Person, error)
	// PersonRecord reads everything that is stored of a person, in one room or, for "", in all. models.ErrNotFound: the person was
	// never seen there. models.ErrUnreadable comes with the readable rest.
	PersonRecord(ctx context.Context, id, room string) (models.PersonRecord, error)
	// FindPeople lists the identities that match a word, with each name: the one with this id, or else all with this name, ignoring
	// case.
	FindPeople(ctx context.Context, word string) ([]models.Speaker, error)
	// Names returns the display names that hosts gave to people in a room, by identity.
	Names(ctx context.Context, room string) (map[string]string, error)
	// Identities lists everybody seen in a room, most recently seen first, at most limit.
	Identities(ctx context.Context, room string, limit int) ([]models.Identity, error)
	// NamePerson gives the person of an identity a display name in all their rooms; "" restores the platform's name.
	// models.ErrInvalid: the name is longer than 128 characters. models.ErrNotFound: the identity was never seen.
	NamePerson(ctx context.Context, room, speaker, name, by string, when time.Time) error
	// MergePeople merges the persons of two identities. The first one's display name, if any, remains. models.ErrNotFound: one of
	// them was never seen.
	MergePeople(ctx context.Context, a, b models.Identity, by string, when time.Time) error
	// SplitPerson splits an identity from the person that it was merged into. models.ErrNotFound: there is none.
	SplitPerson(ctx context.Context, room, speaker, by string, when time.Time) error
}

// Consents stores who was informed of the bot, who objected to being recorded, and where listening is paused.
type Consents interface {
	// PutConsent appends to the consent ledger, and stores an objection, or its withdrawal, for future sessions. A zero At means now.
	// models.ErrNotFound: the session is not stored.
	PutConsent(ctx context.Context, c models.Consent) error
	// Consents lists the consent ledger, latest first, of a session, room and person, each optional; at most limit entries (0:
	// 1000).
	Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error)
	// Objections returns those who must not be recorded in a room, as models.PersonMark.
	Objections(ctx context.Context, room string) (map[string]bool, error)
	// SetPaused stores that listening was paused or resumed in a room.
	SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error
	// PausedBy returns who paused listening in a room; "" if it is not paused.
	PausedBy(ctx context.Context, room string) (string, error)
}
