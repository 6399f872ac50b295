package models

import (
	"slices"
	"time"
)

// NoticeTarget is a receiver of notices as the store knows it, without its address and secret.
type NoticeTarget struct {
	Name string `json:"name"`
	// Level is the minimum level of flags.
	Level Level `json:"level"`
	// Rooms are the rooms of interest; empty means all.
	Rooms []string `json:"rooms,omitempty"`
	// Mark changes with the receiver's address, which re-enables a disabled target.
	Mark string `json:"-"`
}

// WantsRoom reports whether the target wants notices of a room.
func (t NoticeTarget) WantsRoom(room string) bool {
	return len(t.Rooms) == 0 || slices.Contains(t.Rooms, room)
}

// Wants reports whether the target wants a notice of a flag raised in a room: it is open, severe enough, and its rule does more than
// watch.
func (t NoticeTarget) Wants(f Flag, room string) bool {
	return f.Mode != ModeWatch && f.Status == FlagOpen && t.WantsRoom(room) && max(0, f.Level.Rank()) >= t.Level.Rank()
}

// NoticeState is the state of a notice. The list is closed.
type NoticeState string

// The states of a notice. It leaves NoticeWaiting once.
const (
	NoticeWaiting NoticeState = "waiting"
	NoticeSent    NoticeState = "sent"
	NoticeDropped NoticeState = "dropped" // given up, or its subject is gone
)

// NoticeKind is the subject of a notice. The list is closed.
type NoticeKind string

// The kinds of notices.
const (
	NoticeFlag NoticeKind = "flag" // a flag was raised
	NoticeDeaf NoticeKind = "deaf" // somebody is shown as talking and is not heard
	// NoticeSilent: the only source of a room sends nothing but silence.
	NoticeSilent NoticeKind = "silent"
)

// Notice is a notice to one target. It refers to its subject and quotes nothing: the text is composed when it is sent, so that
// nothing has to be erased here.
type Notice struct {
	// ID is the same in all attempts, so that a receiver recognises repetitions.
	ID      string `json:"id"`
	Target  string `json:"target"`
	Session string `json:"session"`
	// Flag is the flag's id; for other kinds the id of the person concerned.
	Flag string     `json:"flag"`
	Kind NoticeKind `json:"kind"`
	// Created is when the flag was stored; Due is when the next attempt is due.
	Created time.Time `json:"created"`
	Due     time.Time `json:"due"`
	// Attempts counts the attempts made.
	Attempts int         `json:"attempts"`
	State    NoticeState `json:"state"`
	// Error is why the last attempt failed; it never contains an address or a secret.
	Error string `json:"error,omitempty"`
}

// NoticeTargetState is the state of a target.
type NoticeTargetState struct {
	Name string `json:"name"`
	// Disabled is why nothing is sent to the target; empty while it is in use.
	Disabled string `json:"disabled,omitempty"`
	Waiting  int    `json:"waiting"`
	Sent     int    `json:"sent"`
	Dropped  int    `json:"dropped"`
	// Error is that of the notice that has waited longest.
	Error string `json:"error,omitempty"`
}

// RoomDigest counts what happened in a room in a period.
type RoomDigest struct {
	Room, Name      string
	Sessions, Lines int
	// High, Medium and Low count flags; Low includes level info. Open counts undecided ones.
	High, Medium, Low, Open int
}
