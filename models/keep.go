package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Retention is how long data is kept after it was said. Zero means for ever.
type Retention struct {
	// Sound applies to clips: of flagged lines, failed ones, and those queued.
	Sound time.Duration
	// Words applies to transcripts, gaps, the names of people without a flag, and summaries, which quote.
	Words time.Duration
	// Flags applies to flags with the words that matched, and to their decisions, actions and strikes.
	Flags time.Duration
}

// RetentionPolicy is the retention by room and profile.
type RetentionPolicy struct {
	Default Retention
	// Rooms has the retention of rooms by id, and Profiles that of profiles by name, where they differ from the default.
	Rooms    map[string]Retention
	Profiles map[string]Retention
}

// Of returns the retention of a session: its room's, else its profile's, else the default.
func (p RetentionPolicy) Of(s Session) Retention {
	if r, ok := p.Rooms[s.Room]; ok {
		return r
	}
	if r, ok := p.Profiles[s.Profile]; ok && s.Profile != "" {
		return r
	}
	return p.Default
}

// Swept counts what a sweep removed.
type Swept struct {
	Clips      int `json:"clips"`
	Utterances int `json:"utterances"`
	Flags      int `json:"flags"`
	// Gaps counts gaps and entries of the consent ledger.
	Gaps int `json:"gaps"`
	// Decisions counts decisions, actions and strikes.
	Decisions int `json:"decisions"`
	Notices   int `json:"notices"`
	// Invitations counts links that expired unused.
	Invitations int `json:"invitations"`
	// Sessions counts those of which nothing was left.
	Sessions int `json:"sessions"`
}

// Nothing reports whether nothing was removed.
func (s Swept) Nothing() bool { return s == Swept{} }

// ErasureKind is what an erasure removes. The list is closed.
type ErasureKind string

// The kinds of erasures.
const (
	EraseSession ErasureKind = "session"
	ErasePerson  ErasureKind = "person"
	EraseRoom    ErasureKind = "room"
)

// Erasure is a request to erase data.
type Erasure struct {
	Kind ErasureKind `json:"kind"`
	// Target is the id of the session, of the person (the platform's) or of the room.
	Target string `json:"target"`
	// Room restricts the erasure of a person to one room; empty means all rooms.
	Room string `json:"room,omitempty"`
	// By is who requested it.
	By string `json:"by"`
}

// Removal records that data was removed, when and on whose request. It contains nothing of what was said, and a person only as
// PersonMark.
type Removal struct {
	ID int64     `json:"id"`
	At time.Time `json:"at"`
	// By is who requested it; ByRetention for the sweep.
	By string `json:"by"`
	// What was removed: session, person, room; or, by the sweep, sound, evidence, words, gaps, flags, notices,
	// actions, decisions, strikes, remains.
	What   string `json:"what"`
	Target string `json:"target"`
	// Rows is the number of rows removed.
	Rows int `json:"rows"`
	// Hash is the SHA-256 over the previous hash and this entry, in hex: a changed or missing entry breaks the chain.
	Hash string `json:"hash"`
}

// Link computes the hash of an entry from the previous entry's hash; "" before the first.
func (r Removal) Link(before string) string {
	h := sha256.New()
	for _, field := range []string{before, fmt.Sprint(r.ID), fmt.Sprint(r.At.UnixMilli()), r.By, r.What, r.Target, fmt.Sprint(r.Rows)} {
		fmt.Fprintf(h, "%d:%s;", len(field), field) // with lengths, so that no two entries look the same
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ByRetention is Removal.By of the retention sweep.
const ByRetention = "retention"

// PersonIn counts what is stored of a person in a session.
type PersonIn struct {
	Session Session `json:"session"`
	Speaker Speaker `json:"speaker"`
	Lines   int     `json:"lines"`
	Flags   int     `json:"flags"`
	Clips   int     `json:"clips"` // stored ones
}

// PersonRecord is everything that is stored of a person.
type PersonRecord struct {
	ID         string      `json:"id"`
	Sessions   []PersonIn  `json:"sessions"`
	Utterances []Utterance `json:"utterances"`
	Flags      []Flag      `json:"flags"`
	Gaps       []Gap       `json:"gaps"`
	// Decisions are about the person's words, Actions about the person; Strikes are the ledgers' entries.
	Decisions []Decision    `json:"decisions"`
	Actions   []Action      `json:"actions"`
	Strikes   []LedgerEntry `json:"strikes"`
}
