package record

import (
	"cmp"
	"context"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Inviter sends the bot into rooms. Errors wrap models.ErrForbidden, models.ErrInvalid, models.ErrConflict, models.ErrUnavailable or
// models.ErrNotFound and contain nothing that was said.
type Inviter interface {
	// Terms returns what the bot would do and store there, without any effect.
	Terms(ctx context.Context, i models.Invitation) (models.Terms, error)
	// Invite makes the bot join until the room is over.
	Invite(ctx context.Context, i models.Invitation) (models.RoomState, error)
	// Leave makes the bot leave a room, and returns when it will come back automatically; zero: never.
	Leave(ctx context.Context, room, by string) (returns time.Time, err error)
}

// Links are one-time invitations that need no login.
type Links interface {
	Link(ctx context.Context, i models.Invitation) (string, error)
	// Linked returns the invitation of a secret, or an error that wraps models.ErrNotFound; Follow uses it up.
	Linked(ctx context.Context, secret string) (models.Invitation, error)
	Follow(ctx context.Context, secret string) (models.RoomState, error)
}

// Servers are the room servers that owners have allowed. Errors wrap models.ErrInvalid or models.ErrNotFound.
type Servers interface {
	Servers(ctx context.Context) ([]models.AllowedServer, error)
	AllowServer(ctx context.Context, a models.AllowedServer) error
	ForbidServer(ctx context.Context, server, by string) error
}

// Listener controls what the bot listens to: it can be paused, and people can object.
type Listener interface {
	// Pause stops or resumes listening in a room, named by its id or by its live session.
	Pause(ctx context.Context, name string, on bool, by string) error
	Paused(ctx context.Context, name string) bool
	// Object records and applies a person's objection to being transcribed, or its withdrawal.
	Object(ctx context.Context, c models.Consent) (models.Consent, error)
}

// MaxAddress is the maximum length of a room's address.
const MaxAddress = 2000

// Rooms manages the rooms that the bot is in or may be sent to. Functions whose field is nil are not available.
type Rooms struct {
	Record   *Record
	Inviter  Inviter
	Links    Links
	Servers  Servers
	Listener Listener
	// Scheduler keeps the rooms' times.
	Scheduler Scheduler
	// States lists the bot's rooms, and Profiles are the available profiles.
	States   func() []models.RoomState
	Profiles []string
	// Processes tells how the processes are that share the database; nil, or nil from it: there is one only.
	Processes func(context.Context) (*models.Processes, error)
	Now       func() time.Time
}

// askWithin is how long finding out who hears a room may take.
const askWithin = 2 * time.Second

// Shared returns the processes that share the database; nil: there is one only, or the database can't be read.
func (c *Rooms) Shared(ctx context.Context) *models.Processes {
	if c.Processes == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	p, err := c.Processes(ctx)
	if err != nil {
		return nil
	}
	return p
}

// Seen returns the bot's rooms that the visitor may see.
func (c *Rooms) Seen(ctx context.Context) []models.RoomState {
	seen := []models.RoomState{}
	for _, x := range c.States() {
		if auth.VisitorOf(ctx).May(x.Room, models.AccessViewer) {
			seen = append(seen, x)
		}
	}
	return seen
}

// MayInvite returns an error for visitors who may not invite the bot to a room.
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

// LinkFor is how long an invitation link is valid by default, and at most.
const (
	LinkFor     = 7 * 24 * time.Hour
	linkForMost = 90 * 24 * time.Hour
)

// Link creates a link with which somebody can invite the bot once, without logging in, and returns its expiry: after a time, or
// after LinkFor if that is 0.
func (c *Rooms) Link(ctx context.Context, i models.Invitation, good time.Duration) (link string, expires time.Time, err error) {
	i.Expires = c.Now().Add(min(linkForMost, cmp.Or(good, LinkFor))).UTC().Truncate(time.Second)
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

// Leave makes the bot leave a room, for a host of it, and returns when it will come back automatically; zero: never.
func (c *Rooms) Leave(ctx context.Context, room string) (returns time.Time, err error) {
	who := auth.VisitorOf(ctx)
	if err := who.Require(room, models.AccessHost); err != nil {
		return returns, err
	}
	return c.Inviter.Leave(ctx, room, who.Name)
}
