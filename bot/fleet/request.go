// Package fleet keeps the bot in any number of rooms at once.
//
// What is wanted and what goes on are kept apart. A JoinRequest says that a room is to be heard: one of the configuration for good,
// an invited one until it is over. A Fleet holds a membership for every request that this process carries; each has the bot in its
// room again and again, or once, and every time is one session. How a room is joined and what becomes of what is said there is the
// Host's business:
//
//	configuration, hosts, LiveKit --JoinRequest--> Fleet --> membership --SessionRequest--> Host
package fleet

import (
	"context"
	"errors"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/bot/schedule"
	"earshot/models"
)

// Errors that a caller tells apart.
var (
	// ErrThere says that the bot is in the room already, or on its way.
	ErrThere = errors.New("the bot listens in this room already")
	// ErrNotThere says that the bot is in no such room.
	ErrNotThere = errors.New("the bot is in no such room")
	// ErrStopping says that the fleet does not run: it takes no room.
	ErrStopping = errors.New("the service is stopping")
)

// JoinRequest asks for the bot in a room.
type JoinRequest struct {
	Address string
	// Name is what the speaker of a stream without names is called.
	Name string
	// Identity is what LiveKit knows the bot by; "": the usual one, which is in a room once.
	Identity string
	// Profile is how the room is treated; "" as the settings outside of profiles say.
	Profile string
	// Standing says that the room is one of the configuration: the bot comes back whatever ended a session.
	Standing bool
	// Schedule is when the bot is to be in a standing room; nil: always.
	Schedule *schedule.Schedule
}

// SessionRequest asks for one session in a room.
type SessionRequest struct {
	Room      models.Room
	Connector bot.Connector
	// Started, when set, is told the stored session before the bot joins; Watch is told the room's states.
	Started func(models.Session)
	Watch   func(room.Status)
	// Invited says that the bot leaves by itself where nobody is or nobody speaks.
	Invited bool
	// Returns says whether the bot comes back by itself after a session that ended so: then what is in force against people stays,
	// for the next session to end. nil: it does not.
	Returns func(models.EndReason) bool
}

// Host joins rooms for a fleet and listens there. Its methods are called from many goroutines at once.
type Host interface {
	// Connector makes what joins a room. Nothing is connected yet. models.ErrForbidden: its server is not to be trusted.
	Connector(ctx context.Context, r JoinRequest) (models.Room, bot.Connector, error)
	// Listen joins a room and listens until the context ends or the room is over. It returns the session with its end.
	Listen(ctx context.Context, r SessionRequest) (models.Session, error)
}
