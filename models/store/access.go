package store

import (
	"context"
	"time"

	"earshot/models"
)

// Users keeps who may open the pages.
type Users interface {
	// Users lists who may open the pages, by name.
	Users(ctx context.Context) ([]models.User, error)
	// UserNamed reads a user by name, whatever the capitals. models.ErrNotFound when there is none.
	UserNamed(ctx context.Context, name string) (models.User, error)
	// PutUser stores a user, or what changed of one. models.ErrInvalid: the name is empty, too long or another's.
	PutUser(ctx context.Context, u models.User, by string, when time.Time) error
	// DeleteUser takes all access away from a user, with every login and key. models.ErrNotFound when there is none.
	DeleteUser(ctx context.Context, id, by string, when time.Time) error
	// RenameAccess moves access that was given for old names of rooms, before their addresses were known, to the rooms that
	// rename finds for them; it returns a name unchanged where none is meant for certain.
	RenameAccess(ctx context.Context, rename func(old string) string) error
}

// Credentials keeps the tokens that stand for users: of each only its hash.
type Credentials interface {
	// Credential finds whom a token stands for. models.ErrNotFound when it is unknown, of another kind or has expired.
	Credential(ctx context.Context, kind models.CredentialKind, hash string, now time.Time) (models.Credential, models.User, error)
	// Credentials lists the tokens of a kind, of all users, the newest first.
	Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error)
	// PutCredential stores a token's hash, and forgets those that have expired. models.ErrNotFound when there is no such user. Keys
	// and links are noted as made by whom; "" notes nothing: a browser logs in.
	PutCredential(ctx context.Context, c models.Credential, by string) error
	// DropCredential makes a token worthless. models.ErrNotFound when it is so already: of two who use a link at once, one wins.
	// by is who took it back; "" notes nothing: its holder used it up or logged out.
	DropCredential(ctx context.Context, hash, by string) error
}

// Invitations keeps the links by which the bot can be invited once: of each secret only the hash.
type Invitations interface {
	// PutInvitation stores a link. hash stands for its secret.
	PutInvitation(ctx context.Context, hash string, i models.Invitation) error
	// Invitation finds a link. models.ErrNotFound: it was never made, is used up or has expired.
	Invitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error)
	// TakeInvitation uses a link up and says for what it was. Of several who try at once one gets it; the others get
	// models.ErrNotFound.
	TakeInvitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error)
}

// Servers keeps the room servers that owners allowed the bot to be invited to.
type Servers interface {
	// AllowedServers lists them.
	AllowedServers(ctx context.Context) ([]models.AllowedServer, error)
	// AllowServer has the bot be invited to a room server from now on. A zero At means now.
	AllowServer(ctx context.Context, a models.AllowedServer) error
	// ForbidServer takes back what AllowServer gave. models.ErrNotFound when it was not allowed.
	ForbidServer(ctx context.Context, server, by string, when time.Time) error
}

// Audit keeps who changed what. Methods that are told who does something note it themselves.
type Audit interface {
	// Note writes down who did what, beside the changes that are noted with what they change.
	Note(ctx context.Context, by, what, target, session string) error
	// Audit lists who changed what, the latest first, at most limit entries.
	Audit(ctx context.Context, limit int) ([]models.AuditEntry, error)
}
