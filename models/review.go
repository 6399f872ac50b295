package models

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Evidence is the sound around a flag, kept after the line was written down so that a person can hear it. Without a flag
// there is none.
type Evidence struct {
	// ID is EvidenceID of the line; it is safe in URLs.
	ID string `json:"id"`
	// Utterance is the line that the sound is of; all flags of the line share it.
	Utterance Key   `json:"utterance"`
	StartMS   int64 `json:"start_ms"`
	EndMS     int64 `json:"end_ms"`
	// Peaks is the loudness of equal stretches of the clip in their order, 0 to 255, for a waveform.
	Peaks []byte `json:"peaks,omitempty"`
	// Ogg is an Ogg Opus file (RFC 7845). It is nil where only what is known about the clip is listed.
	Ogg []byte `json:"-"`
	// Expires is when the sound is deleted.
	Expires time.Time `json:"expires"`
}

// EvidenceID names the clip of a line.
func EvidenceID(k Key) string {
	sum := sha256.Sum256([]byte(k.String()))
	return hex.EncodeToString(sum[:12])
}

// FlagQuery chooses flags of all sessions. Zero fields mean "any".
type FlagQuery struct {
	Status  FlagStatus
	Rule    string
	Room    string
	Only    RoomSet // holds the query to these rooms
	Speaker string  // the platform identity
	// Decided lists only flags that a person decided, the latest decision first. Without it the order is that of Oldest.
	Decided bool
	// Oldest puts the oldest flag first; else the newest is.
	Oldest bool
	// Limit is the longest list wanted: 1 to 1000, 0 for 100.
	Limit int
}

// FlagPlace is a flag with the session it was raised in and the line it is about.
type FlagPlace struct {
	Flag      Flag      `json:"flag"`
	Session   Session   `json:"session"`
	Utterance Utterance `json:"utterance"`
	// Evidence is nil when no sound is kept. Its Ogg is nil.
	Evidence *Evidence `json:"evidence,omitempty"`
	// Decision is what became of the flag, with the ask to the host; nil when no rule decided about it. Actions are what
	// was done because of it, in the order it was planned.
	Decision *Decision `json:"decision,omitempty"`
	Actions  []Action  `json:"actions,omitempty"`
}

// RuleCounts is what became of a rule's flags.
type RuleCounts struct {
	Rule      string    `json:"rule"`
	Pack      string    `json:"pack"`
	Title     string    `json:"title"`
	Level     Level     `json:"level"`
	Flags     int       `json:"flags"`
	Open      int       `json:"open"`
	Confirmed int       `json:"confirmed"`
	Dismissed int       `json:"dismissed"`
	Last      time.Time `json:"last"`
}

// Precision is the share of confirmed flags among the decided ones, 0 to 1; ok is false when none was decided.
func (c RuleCounts) Precision() (share float64, ok bool) {
	n := c.Confirmed + c.Dismissed
	if n == 0 {
		return 0, false
	}
	return float64(c.Confirmed) / float64(n), true
}

// AuditEntry says that somebody changed the record. It holds ids and names of things, never what people said.
type AuditEntry struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
	// What is a verb of the page: "flag confirmed", "text corrected", "person renamed".
	What string `json:"what"`
	// Target is the id of what was changed; Session is where, or "".
	Target  string `json:"target"`
	Session string `json:"session,omitempty"`
}
