package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// Identity is a person as a room's platform knows them. The same id in two rooms may be two people.
type Identity struct {
	Room      string `json:"room"`
	SpeakerID string `json:"speaker_id"`
	// Name is the latest name on the platform.
	Name string `json:"name"`
}

// PersonID returns the id of the person of an identity that was never merged with another.
func PersonID(room, speaker string) string {
	sum := sha256.Sum256([]byte(room + "\x00" + speaker))
	return "p" + hex.EncodeToString(sum[:10])
}

// PersonMark is a pseudonym for a person in the list of removals and among objections: whoever knows the identity can recognise it,
// and it reveals nothing otherwise.
func PersonMark(id string) string {
	h := sha256.Sum256([]byte("earshot person " + id))
	return hex.EncodeToString(h[:12])
}

// PersonSession is a person's part in a session.
type PersonSession struct {
	Session   Session `json:"session"`
	SpeakerID string  `json:"speaker_id"`
	Lines     int     `json:"lines"`
	TalkMS    int64   `json:"talk_ms"`
	Flags     int     `json:"flags"`
}

// Person is what is stored about a human being, over all identities that a host has merged.
type Person struct {
	ID string `json:"id"`
	// Name is the display name given by a host, or else the latest name on the platform.
	Name string `json:"name"`
	// Given reports that a host gave the name.
	Given      bool            `json:"given,omitempty"`
	Identities []Identity      `json:"identities"`
	Sessions   []PersonSession `json:"sessions"` // the newest first
	Lines      int             `json:"lines"`
	TalkMS     int64           `json:"talk_ms"`
	// Open, Confirmed and Dismissed count the flags on them.
	Open      int `json:"open"`
	Confirmed int `json:"confirmed"`
	Dismissed int `json:"dismissed"`
	// Clips counts the stored clips, and ClipBytes is their size.
	Clips     int       `json:"clips"`
	ClipBytes int64     `json:"clip_bytes"`
	First     time.Time `json:"first"` // the first session's start
	Last      time.Time `json:"last"`
}

// Rooms returns the rooms of the person's identities, without duplicates.
func (p Person) Rooms() (rooms []string) {
	for _, i := range p.Identities {
		if !slices.Contains(rooms, i.Room) {
			rooms = append(rooms, i.Room)
		}
	}
	return rooms
}
