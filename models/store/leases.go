package store

import (
	"context"
	"time"

	"earshot/models"
)

// Leases says which of the processes that share a store hears which room. They end by the database's clock, which all of them share.
type Leases interface {
	// WantRooms stores the rooms of a process's configuration; those that are wanted already are brought up to date.
	WantRooms(ctx context.Context, rooms []models.WantedRoom) error
	// RoomsToClaim reports whether ClaimRooms has something to do. It changes nothing, and the answer may be past when it comes.
	RoomsToClaim(ctx context.Context, c models.RoomClaim) (bool, error)
	// ClaimRooms leases rooms that nobody hears, and names the process heir of those that another one hands over. It returns what it
	// took. Each room goes to one of those that claim at the same time.
	ClaimRooms(ctx context.Context, c models.RoomClaim) ([]models.RoomLease, error)
	// TakeRoom wants a room and leases it at once. models.ErrConflict: another process hears it.
	TakeRoom(ctx context.Context, r models.WantedRoom, node string, lasts time.Duration) (models.RoomLease, error)
	// RenewRooms extends every lease of a process, and returns them, with the rooms whose heir it is. A room that is missing, or has
	// another epoch than before, has gone to somebody else. stored says, by room, until when everything heard is stored, in ms of session
	// time: whoever takes the room next learns of it.
	RenewRooms(ctx context.Context, node string, lasts time.Duration, stored map[string]int64) ([]models.RoomLease, error)
	// ReleaseRoom gives a lease up. With over there is nothing to go on with, and the room is no longer wanted, unless it is of the
	// configuration. A lease that is past changes nothing.
	ReleaseRoom(ctx context.Context, l models.RoomLease, over bool) error
	// AskRoom asks something of the process that hears a room, which learns of it when it renews the lease, or withdraws it.
	// models.ErrNotFound: nobody hears the room.
	AskRoom(ctx context.Context, room string, ask models.RoomAsk) error
	// CountRooms counts the rooms of each process, and under "" those that nobody hears and others than the one that was brought may.
	CountRooms(ctx context.Context) (map[string]int, error)
	// RoomLeases lists the wanted rooms by id.
	RoomLeases(ctx context.Context) ([]models.RoomLease, error)
	Moves
}

// Moves hands rooms over from one process to another, so that somebody listens all the time.
type Moves interface {
	// MoveRooms has a process hand over its rooms, but for those that no other can hear, and returns how many these are.
	MoveRooms(ctx context.Context, node string) (int, error)
	// OfferRoom offers a room of a process to others that have fewer. ErrFenced: the lease is past, or the room is being handed over.
	OfferRoom(ctx context.Context, l models.RoomLease) error
	// KeepRooms takes back what no heir has come into.
	KeepRooms(ctx context.Context, node string) error
	// HeirIn says that the heir of a room listens there. ErrFenced: the room went to somebody else meanwhile.
	HeirIn(ctx context.Context, room, heir string) error
	// HandOver gives a room to its heir, whom LiveKit knows by an identity. Everything up to a session time, in ms, is stored.
	// ErrFenced: the lease is past, or there is no heir.
	HandOver(ctx context.Context, l models.RoomLease, identity string, cutMS int64) error
}
