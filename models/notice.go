package models

import (
	"slices"
	"time"
)

// NoticeTarget is a receiver of notices, as the store needs to know it: neither its address nor its secret.
type NoticeTarget struct {
	Name string `json:"name"`
	// Level is the mildest level of flags that are told.
	Level Level `json:"level"`
	// Rooms are the rooms whose flags are told; empty: all.
	Rooms []string `json:"rooms,omitempty"`
	// Mark changes with the receiver's address: one that was given up gets a new chance then.
	Mark string `json:"-"`
}

// WantsRoom says that the target is told of what happens in a room.
func (t NoticeTarget) WantsRoom(room string) bool {
	return len(t.Rooms) == 0 || slices.Contains(t.Rooms, room)
}

// Wants says that the target is told of a flag when it is raised in a room: it is open, grave enough, and its rule does more
// than watch.
func (t NoticeTarget) Wants(f Flag, room string) bool {
	return f.Mode != ModeWatch && f.Status == FlagOpen && t.WantsRoom(room) && max(0, f.Level.Rank()) >= t.Level.Rank()
}

// NoticeState is where a notice stands. The list is closed.
type NoticeState string

// The states of a notice. It leaves NoticeWaiting once.
const (
	NoticeWaiting NoticeState = "waiting"
	NoticeSent    NoticeState = "sent"
	NoticeDropped NoticeState = "dropped" // given up, or what it speaks of is gone
)

// NoticeKind is what a notice speaks of. The list is closed.
type NoticeKind string

// The kinds of notices.
const (
	NoticeFlag NoticeKind = "flag" // a flag was raised
	NoticeDeaf NoticeKind = "deaf" // somebody is shown as talking and is not heard
)

// Notice is one thing to tell one target. It names what it speaks of and holds nothing of it: the text is made when it is
// sent, so that nothing has to be erased here.
type Notice struct {
	// ID stays the same over all tries, so that a receiver can tell a repeated notice from a new one.
	ID      string `json:"id"`
	Target  string `json:"target"`
	Session string `json:"session"`
	// Flag is the flag's id; of other kinds the id of whoever it is about.
	Flag string     `json:"flag"`
	Kind NoticeKind `json:"kind"`
	// Created is when the flag was stored; Due is when the next try is.
	Created time.Time `json:"created"`
	Due     time.Time `json:"due"`
	// Attempts counts the tries that were made.
	Attempts int         `json:"attempts"`
	State    NoticeState `json:"state"`
	// Error is why the last try failed; it never holds an address or a secret.
	Error string `json:"error,omitempty"`
}

// NoticeTargetState is how a target is doing.
type NoticeTargetState struct {
	Name string `json:"name"`
	// Disabled says why nothing is sent to the target any more; empty: it is in use.
	Disabled string `json:"disabled,omitempty"`
	Waiting  int    `json:"waiting"`
	Sent     int    `json:"sent"`
	Dropped  int    `json:"dropped"`
	// Error is the failure of the notice that waits longest.
	Error string `json:"error,omitempty"`
}

// RoomDigest counts what happened in a room in some time.
type RoomDigest struct {
	Room, Name      string
	Sessions, Lines int
	// High, Medium and Low count flags; Low has those of level info too. Open are those that nobody has decided.
	High, Medium, Low, Open int
}
