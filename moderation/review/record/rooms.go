package record

import (
	"context"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Inviter sends the bot into rooms. Errors wrap models.ErrForbidden, models.ErrInvalid, models.ErrConflict, models.ErrUnavailable or
// models.ErrNotFound and hold nothing that was said.
type Inviter interface {
	// Terms says what the bot would do and keep there; nothing happens.
	Terms(ctx context.Context, i models.Invitation) (models.Terms, error)
	// Invite sends it in until the room is over.
	Invite(ctx context.Context, i models.Invitation) (models.RoomState, error)
	// Leave sends it out of a room.
	Leave(ctx context.Context, room, by string) error
}

// Links are invitations that work once and need no login.
type Links interface {
	Link(ctx context.Context, i models.Invitation) (string, error)
	// Linked finds for what a secret is good, or returns an error that wraps models.ErrNotFound; Follow uses it up.
	Linked(ctx context.Context, secret string) (models.Invitation, error)
	Follow(ctx context.Context, secret string) (models.RoomState, error)
}

// Servers are the room servers that owners allowed the bot to be invited to. Errors wrap models.ErrInvalid or
// models.ErrNotFound.
type Servers interface {
	Servers(ctx context.Context) ([]models.AllowedServer, error)
	AllowServer(ctx context.Context, a models.AllowedServer) error
	ForbidServer(ctx context.Context, server, by string) error
}

// Listener is the bot's ear in rooms: it can be paused, and somebody can be left out.
type Listener interface {
	// Pause stops or resumes listening in a room, named by its id or by its live session.
	Pause(ctx context.Context, name string, on bool, by string) error
	Paused(name string) bool
	// Object enters that somebody objects to being written down, or takes it back, and carries it out.
	Object(ctx context.Context, c models.Consent) (models.Consent, error)
}

// MaxAddress bounds the address of a room.
const MaxAddress = 2000

// Rooms are the rooms that the bot is in or may be sent to. Fields that are nil: nobody can.
type Rooms struct {
	Record   *Record
	Inviter  Inviter
	Links    Links
	Servers  Servers
	Listener Listener
	// States lists the rooms that the bot is in, and Profiles are what rooms can be treated as.
	States   func() []models.RoomState
	Profiles []string
	Now      func() time.Time
}

// Seen are the rooms that the bot is in and the visitor may see.
func (c *Rooms) Seen(ctx context.Context) []models.RoomState {
	seen := []models.RoomState{}
	for _, x := range c.States() {
		if auth.VisitorOf(ctx).May(x.Room, models.AccessViewer) {
			seen = append(seen, x)
		}
	}
	return seen
}

// MayInvite is an error for visitors who may not invite the bot into a room.
func (c *Rooms) MayInvite(ctx context.Context, i models.Invitation) error {
	who := auth.VisitorOf(ctx)
	if i.AllowServer || i.PrivateServer {
		return auth.VisitorOf(ctx).RequireOwner()
	}
	if who.All.Allows(models.AccessHost) {
		return nil
	}
	t, err := c.Inviter.Terms(ctx, i)
	if err == nil && who.May(t.Room.ID, models.AccessHost) {
		return nil
	}
	return models.ErrForbidden
}

// linkFor is how long a link made on the page is good.
const linkFor = 7 * 24 * time.Hour

// Link makes a link by which somebody can invite the bot once, without a login, and says until when it is good.
func (c *Rooms) Link(ctx context.Context, i models.Invitation) (link string, expires time.Time, err error) {
	i.Expires = c.Now().Add(linkFor).UTC().Truncate(time.Second)
	link, err = c.Links.Link(ctx, i)
	return link, i.Expires, err
}

// Pause stops or resumes listening in a room, named by its id or by its live session, for a host of the room.
func (c *Rooms) Pause(ctx context.Context, room, name string, on bool) error {
	who := auth.VisitorOf(ctx)
	if err := who.Require(room, models.AccessHost); err != nil {
		return err
	}
	return c.Listener.Pause(ctx, name, on, who.Name)
}

// Leave sends the bot out of a room, for a host of it.
func (c *Rooms) Leave(ctx context.Context, room string) error {
	who := auth.VisitorOf(ctx)
	if err := who.Require(room, models.AccessHost); err != nil {
		return err
	}
	return c.Inviter.Leave(ctx, room, who.Name)
}
