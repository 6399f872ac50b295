package models

import (
	"maps"
	"slices"
	"time"
)

// Access is what a person may do with the record of a room.
type Access string

// The kinds of access; each includes those before it.
const (
	AccessNone     Access = ""
	AccessViewer   Access = "viewer"   // read and hear
	AccessReviewer Access = "reviewer" // decide flags, correct texts
	AccessHost     Access = "host"     // act in the room, name, merge and erase people
	AccessOwner    Access = "owner"    // give access to others
)

// Rank orders kinds of access: one that allows more has a higher rank; an unknown one has 0, as none has.
func (a Access) Rank() int {
	for i, x := range []Access{AccessNone, AccessViewer, AccessReviewer, AccessHost, AccessOwner} {
		if x == a {
			return i
		}
	}
	return 0
}

// Allows says whether what needs the other kind is allowed.
func (a Access) Allows(need Access) bool { return a.Rank() >= need.Rank() && a.Rank() > 0 }

// User is somebody who may open the pages.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Access holds in all rooms, Rooms beyond it in single ones.
	Access Access            `json:"access"`
	Rooms  map[string]Access `json:"rooms,omitempty"`
	// Password is a hash in PHC form; "" for somebody who logs in by link only.
	Password string    `json:"-"`
	Created  time.Time `json:"created"`
}

// RenameRooms renames the rooms that the user has access to, and says whether that changed anything. Of two that become one
// the greater access stays.
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

// CredentialKind tells what a token is for. The list is closed.
type CredentialKind string

// The kinds of credentials.
const (
	CredentialSession CredentialKind = "session" // a browser that is logged in
	CredentialLink    CredentialKind = "link"    // logs in once
	CredentialKey     CredentialKind = "key"     // a program that uses the API
	CredentialDevice  CredentialKind = "device"  // a browser in which the user has logged in before; it opens nothing
)

// Credential is a token that stands for a user. The token itself is known to its holder alone.
type Credential struct {
	// Hash is SHA-256 of the token, in hex.
	Hash  string         `json:"-"`
	Kind  CredentialKind `json:"kind"`
	User  string         `json:"user"` // User.ID
	Label string         `json:"label"`
	// Access is the most that it allows; AccessNone: all that the user may.
	Access Access `json:"access,omitempty"`
	// Rooms are the rooms that it opens; empty: all that the user may see.
	Rooms   []string  `json:"rooms,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

// RoomSet is the rooms that a query may look into. The zero value is all rooms. Queries are held to it before anything is
// counted or cut off, so that what lies in other rooms shows in nothing.
type RoomSet struct {
	some  bool
	rooms []string
}

// OnlyRooms is a set of single rooms; without any it is no room at all.
func OnlyRooms(rooms ...string) RoomSet { return RoomSet{true, slices.Clone(rooms)} }

// All says that no room is left out.
func (s RoomSet) All() bool { return !s.some }

// Has says whether a room is in the set.
func (s RoomSet) Has(room string) bool { return !s.some || slices.Contains(s.rooms, room) }

// Rooms lists the rooms of a set that is not of all.
func (s RoomSet) Rooms() []string { return slices.Clone(s.rooms) }
