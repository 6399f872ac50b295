package models

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Identity is a person as one room's platform knows them. The same identity in two rooms may be two people.
type Identity struct {
	Room      string `json:"room"`
	SpeakerID string `json:"speaker_id"`
	// Name is what the platform called them last.
	Name string `json:"name"`
}

// PersonID names the person behind an identity that was never merged with another.
func PersonID(room, speaker string) string {
	sum := sha256.Sum256([]byte(room + "\x00" + speaker))
	return "p" + hex.EncodeToString(sum[:10])
}

// PersonMark stands for a person in the list of removals and among those who objected. Who knows the identity can tell
// that it is the one; the mark
// itself tells nothing.
func PersonMark(id string) string {
	h := sha256.Sum256([]byte("earshot person " + id))
	return hex.EncodeToString(h[:12])
}

// PersonSession is one person's part in one session.
type PersonSession struct {
	Session   Session `json:"session"`
	SpeakerID string  `json:"speaker_id"`
	Lines     int     `json:"lines"`
	TalkMS    int64   `json:"talk_ms"`
	Flags     int     `json:"flags"`
}

// Person is what is held about one human being, over all identities that a host has said are theirs.
type Person struct {
	ID string `json:"id"`
	// Name is the display name that a host gave, else what the platform called them last.
	Name string `json:"name"`
	// Given says that a host gave the name.
	Given      bool            `json:"given,omitempty"`
	Identities []Identity      `json:"identities"`
	Sessions   []PersonSession `json:"sessions"` // the newest first
	Lines      int             `json:"lines"`
	TalkMS     int64           `json:"talk_ms"`
	// Open, Confirmed and Dismissed count the flags on them.
	Open      int `json:"open"`
	Confirmed int `json:"confirmed"`
	Dismissed int `json:"dismissed"`
	// Clips is how many clips of their voice are kept, and ClipBytes their size.
	Clips     int       `json:"clips"`
	ClipBytes int64     `json:"clip_bytes"`
	First     time.Time `json:"first"` // the first session's start
	Last      time.Time `json:"last"`
}

// Rooms are the rooms of the person's identities, each once.
func (p Person) Rooms() (rooms []string) {
	seen := map[string]bool{}
	for _, i := range p.Identities {
		if !seen[i.Room] {
			seen[i.Room] = true
			rooms = append(rooms, i.Room)
		}
	}
	return rooms
}
