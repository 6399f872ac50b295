package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Retention is how long things are kept after they were said. Zero: for ever.
type Retention struct {
	// Sound is for clips: of flagged lines, those that could not be decoded, and those that still wait.
	Sound time.Duration
	// Words is for transcripts, gaps, the names of people without a flag, and summaries, which quote.
	Words time.Duration
	// Flags is for flags with the words that matched, and for what came of them: decisions, actions, strikes.
	Flags time.Duration
}

// RetentionPolicy is how long each room's record is kept.
type RetentionPolicy struct {
	Default Retention
	// Rooms are the rooms, by id, that have clocks of their own, and Profiles the profiles, by name.
	Rooms    map[string]Retention
	Profiles map[string]Retention
}

// Of is the retention of a session: its room's, else its profile's, else the default.
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
	// Invitations counts links whose time was over before anybody followed them.
	Invitations int `json:"invitations"`
	// Sessions are those of which nothing was left.
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

// Erasure is somebody's wish that something be forgotten.
type Erasure struct {
	Kind ErasureKind `json:"kind"`
	// Target is the id of the session, of the person (the platform's) or of the room.
	Target string `json:"target"`
	// Room confines the erasure of a person to one room; empty: all rooms.
	Room string `json:"room,omitempty"`
	// By is who asked for it.
	By string `json:"by"`
}

// Removal is what stays of something that was removed: that it was, when, and who wanted it. It holds nothing of what was
// said, and a person stands in it as PersonMark.
type Removal struct {
	ID int64     `json:"id"`
	At time.Time `json:"at"`
	// By is who asked for it; "retention" for the sweep.
	By string `json:"by"`
	// What was removed: session, person, room; or, by the sweep, sound, evidence, words, gaps, flags, notices,
	// actions, decisions, strikes, remains.
	What   string `json:"what"`
	Target string `json:"target"`
	// Rows is how many rows there were to remove.
	Rows int `json:"rows"`
	// Hash is SHA-256 over the hash before and this entry, in hex: a changed or missing entry breaks the chain.
	Hash string `json:"hash"`
}

// Link is the hash of an entry whose hash is not set yet, after an entry with the hash before; "" before the first.
func (r Removal) Link(before string) string {
	h := sha256.New()
	for _, field := range []string{before, fmt.Sprint(r.ID), fmt.Sprint(r.At.UnixMilli()), r.By, r.What, r.Target, fmt.Sprint(r.Rows)} {
		fmt.Fprintf(h, "%d:%s;", len(field), field) // with lengths, so that no two entries look the same
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ByRetention is who removes what is old.
const ByRetention = "retention"

// PersonIn is one person in one session, as far as the record goes.
type PersonIn struct {
	Session Session `json:"session"`
	Speaker Speaker `json:"speaker"`
	Lines   int     `json:"lines"`
	Flags   int     `json:"flags"`
	Clips   int     `json:"clips"` // stretches of sound that are kept
}

// PersonRecord is everything that is kept of one person.
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
