// Package fleet keeps the bot in any number of rooms at once.
//
// It separates what is wanted from what is going on. A JoinRequest says that a room is to be heard: one in the configuration for good, an
// invited one until it is over. A Fleet holds a membership for every request that this process carries out. Each membership brings the bot
// into its room once or again and again, and every stay is one session. How a room is joined, and what becomes of what is said there, is up
// to the Host:
//
//	configuration, hosts, LiveKit --JoinRequest--> Fleet --> membership --SessionRequest--> Host
package fleet

import (
	"context"
	"errors"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/bot/schedule"
	"earshot/models"
)

// Errors that callers can distinguish.
var (
	// ErrThere means that the bot is already in the room or on its way there.
	ErrThere = errors.New("the bot listens in this room already")
	// ErrNotThere means that the bot is not in the room.
	ErrNotThere = errors.New("the bot is in no such room")
	// ErrStarting means that the fleet is not running yet.
	ErrStarting = errors.New("the service is starting; try again in a moment")
	// ErrStopping means that the fleet is no longer running and accepts no rooms.
	ErrStopping = errors.New("the service is stopping")
	// ErrDraining means that other processes are to take over the rooms.
	ErrDraining = models.WithHint(errors.New("this process hands its rooms over and takes no more"),
		"invite the bot through another process, or have this one take rooms again: \"earshot drain --undo\"")
)

// JoinRequest asks the bot to join a room.
type JoinRequest struct {
	Address string
	// Name is the speaker's name in a stream that carries no names.
	Name string
	// Identity is the bot's LiveKit identity; "" means the usual one, which can be in a room only once.
	Identity string
	// Profile is the room's profile; "" means the settings outside of profiles.
	Profile string
	// Standing says that the room is in the configuration: the bot comes back whatever ended a session.
	Standing bool
	// Schedule says when the bot is to be in a standing room; nil means always.
	Schedule *schedule.Schedule
}

// Lease is a room's lease, with this process's time when it was read.
type Lease struct {
	models.RoomLease
	At time.Time
}

// Now returns the time by the clock that all processes share.
func (l Lease) Now() time.Time { return l.RoomLease.Now.Add(time.Since(l.At)) }

// SessionRequest asks for one session in a room.
type SessionRequest struct {
	Room      models.Room
	Connector bot.Connector
	// Started, unless nil, is called with the stored session before the bot joins. Watch is called with the room's states.
	Started func(models.Session)
	Watch   func(room.Status)
	// Invited says that the bot leaves by itself when nobody is there or nobody speaks.
	Invited bool
	// Returns reports whether the bot comes back by itself after a session that ended for the given reason. If it does, measures in force
	// against people stay in force, and the next session ends them. nil means that it does not.
	Returns func(models.EndReason) bool
	// Lease, unless nil, is the lease with which the process got the room: the session resumes what was left there. nil means that there is
	// nothing to resume.
	Lease *Lease
	// Succeed, unless nil, waits until this process owns the room. Until then another one, which has the lease, hears it. Succeed is to be
	// called once the bot is listening there too. The lease that it returns says until when the other process listened.
	Succeed func(context.Context) (Lease, error)
	// Parted, unless nil, is called with the time at which the bot stopped listening, in ms of session time, if another process continues.
	Parted func(cutMS int64)
	// Stored, unless nil, is called when the session is this process's, with a function that returns the session time until which everything
	// heard is stored. Any goroutine may call that one until Listen returns.
	Stored func(until func() time.Duration)
}

// Host joins rooms for a fleet and listens there. Its methods are called from many goroutines concurrently.
type Host interface {
	// Connector returns a connector for a room, and connects to nothing yet. It returns models.ErrForbidden if the server is not trusted.
	Connector(ctx context.Context, r JoinRequest) (models.Room, bot.Connector, error)
	// Listen joins a room and listens until the context ends or the room is over. It returns the session, including how it ended.
	Listen(ctx context.Context, r SessionRequest) (models.Session, error)
	// Last returns the latest session in a room, in whichever process it was. It returns models.ErrNotFound if there was none.
	Last(ctx context.Context, room string) (models.Session, error)
}
