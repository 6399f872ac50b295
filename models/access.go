package models

import (
	"maps"
	"slices"
	"time"
)

// Access is a user's level of access to a room's record.
type Access string

// The kinds of access; each includes those before it.
const (
	AccessNone     Access = ""
	AccessViewer   Access = "viewer"   // read and listen
	AccessReviewer Access = "reviewer" // decide flags, correct texts
	AccessHost     Access = "host"     // act in the room; name, merge and erase people
	AccessOwner    Access = "owner"    // grant access to others
)

// Rank orders kinds of access: one that allows more has a higher rank; none and unknown ones have 0.
func (a Access) Rank() int {
	return max(0, slices.Index([]Access{AccessNone, AccessViewer, AccessReviewer, AccessHost, AccessOwner}, a))
}

// Allows reports whether access a suffices for what needs the other.
func (a Access) Allows(need Access) bool { return a.Rank() >= need.Rank() && a.Rank() > 0 }

// User is a person with access to the pages.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Access applies to all rooms, Rooms to single rooms in addition.
	Access Access            `json:"access"`
	Rooms  map[string]Access `json:"rooms,omitempty"`
	// Password is a hash in PHC format; "" for a user who logs in by link only.
	Password string    `json:"-"`
	Created  time.Time `json:"created"`
}

// RenameRooms renames the rooms that the user has access to, and reports whether anything changed. If two become one, the greater
// access remains.
func (u User) RenameRooms(rename func(old string) string) (changed bool) {
	for _, old := range slices.Sorted(maps.Keys(u.Rooms)) {
		now := rename(old)
		if now == old {
			continue
		}
		if u.Rooms[now].Rank() < u.Rooms[old].Rank() {
			u.Rooms[now] = u.Rooms[old]
		}
		delete(u.Rooms, old)
		changed = true
	}
	return changed
}

// CredentialKind is what a token is for. The list is closed.
type CredentialKind string

// The kinds of credentials.
const (
	CredentialSession CredentialKind = "session" // a browser that is logged in
	CredentialLink    CredentialKind = "link"    // logs in once
	CredentialKey     CredentialKind = "key"     // a program that uses the API
	CredentialDevice  CredentialKind = "device"  // a browser in which the user has logged in before; grants nothing
)

// Credential is a token that authenticates a user. Only its holder knows the token itself.
type Credential struct {
	// Hash is the SHA-256 of the token, in hex.
	Hash  string         `json:"-"`
	Kind  CredentialKind `json:"kind"`
	User  string         `json:"user"` // User.ID
	Label string         `json:"label"`
	// Access bounds what it allows; AccessNone means all that the user may do.
	Access Access `json:"access,omitempty"`
	// Rooms are the rooms that it gives access to; empty means all of the user's.
	Rooms   []string  `json:"rooms,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

// RoomSet is a set of rooms to which a query is restricted. The zero value is all rooms. Queries apply it before counting or
// limiting, so that the result reveals nothing of other rooms.
type RoomSet struct {
	some  bool
	rooms []string
}

// OnlyRooms returns a set of the given rooms, which is empty without any.
func OnlyRooms(rooms ...string) RoomSet { return RoomSet{true, slices.Clone(rooms)} }

// All reports whether the set contains all rooms.
func (s RoomSet) All() bool { return !s.some }

// Has reports whether a room is in the set.
func (s RoomSet) Has(room string) bool { return !s.some || slices.Contains(s.rooms, room) }

// Rooms lists the rooms of a set that is not All.
func (s RoomSet) Rooms() []string { return slices.Clone(s.rooms) }
