package store

import (
	"context"
	"time"

	"earshot/models"
)

// Users stores the users of the pages.
type Users interface {
	// Users lists the users, by name.
	Users(ctx context.Context) ([]models.User, error)
	// UserNamed reads a user by name, ignoring case. models.ErrNotFound: there is none.
	UserNamed(ctx context.Context, name string) (models.User, error)
	// PutUser stores or updates a user. models.ErrInvalid: the name is empty, too long or taken.
	PutUser(ctx context.Context, u models.User, by string, when time.Time) error
	// DeleteUser deletes a user, with every login and key. models.ErrNotFound: there is none.
	DeleteUser(ctx context.Context, id, by string, when time.Time) error
	// RenameAccess moves access for old names of rooms, from before rooms were identified by address, to the rooms that rename
	// returns; rename returns a name unchanged if its room is uncertain.
	RenameAccess(ctx context.Context, rename func(old string) string) error
}

// Credentials stores the hashes of tokens that authenticate users.
type Credentials interface {
	// Credential finds a token and its user. models.ErrNotFound: it is unknown, of another kind or has expired.
	Credential(ctx context.Context, kind models.CredentialKind, hash string, now time.Time) (models.Credential, models.User, error)
	// Credentials lists the tokens of a kind, of all users, newest first.
	Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error)
	// PutCredential stores a token's hash, and deletes expired ones. Keys and links are audited as created by by, unless it is "",
	// as for logins. models.ErrNotFound: there is no such user.
	PutCredential(ctx context.Context, c models.Credential, by string) error
	// DropCredential revokes a token. It is audited as revoked by by, unless it is "", as for a used link or a logout.
	// models.ErrNotFound: it is no longer valid; of two concurrent uses of a link, one wins.
	DropCredential(ctx context.Context, hash, by string) error
}

// Invitations stores one-time invitation links, with the hashes of their secrets.
type Invitations interface {
	// PutInvitation stores a link. hash is that of its secret.
	PutInvitation(ctx context.Context, hash string, i models.Invitation) error
	// Invitation finds a link. models.ErrNotFound: it does not exist, was used or has expired.
	Invitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error)
	// TakeInvitation consumes a link and returns its invitation. Of several concurrent calls one succeeds; the others return
	// models.ErrNotFound.
	TakeInvitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error)
}

// Servers stores the room servers that owners have allowed invitations to.
type Servers interface {
	// AllowedServers lists them.
	AllowedServers(ctx context.Context) ([]models.AllowedServer, error)
	// AllowServer allows invitations to a room server. A zero At means now.
	AllowServer(ctx context.Context, a models.AllowedServer) error
	// ForbidServer reverts AllowServer. models.ErrNotFound: it was not allowed.
	ForbidServer(ctx context.Context, server, by string, when time.Time) error
}

// Schedules stores when the bot is to be in rooms, in addition to the configuration.
type Schedules interface {
	// ScheduledTimes lists the times, those of a room together, without those that took place once and are over by now.
	ScheduledTimes(ctx context.Context, now time.Time) ([]models.ScheduledTime, error)
	// AddScheduledTime stores a time. models.ErrConflict: its ID is taken.
	AddScheduledTime(ctx context.Context, t models.ScheduledTime) error
	// RemoveScheduledTime deletes a time. models.ErrNotFound: there is none.
	RemoveScheduledTime(ctx context.Context, id, by string) error
}

// Audit stores who changed what. Methods with a parameter "by" add entries themselves.
type Audit interface {
	// Note adds an entry.
	Note(ctx context.Context, by, what, target, session string) error
	// Audit lists the entries, latest first, at most limit.
	Audit(ctx context.Context, limit int) ([]models.AuditEntry, error)
}
