package models

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Evidence is the audio around a flag, kept after the line was transcribed for people to listen to. Without a flag no audio is kept.
type Evidence struct {
	// ID is EvidenceID of the line; it is safe in URLs.
	ID string `json:"id"`
	// Utterance is the line; all its flags share the evidence.
	Utterance Key   `json:"utterance"`
	StartMS   int64 `json:"start_ms"`
	EndMS     int64 `json:"end_ms"`
	// Peaks are the peak amplitudes of equal parts of the clip, 0 to 255, for a waveform.
	Peaks []byte `json:"peaks,omitempty"`
	// Ogg is an Ogg Opus file (RFC 7845); nil in lists.
	Ogg []byte `json:"-"`
	// Expires is when the audio is deleted.
	Expires time.Time `json:"expires"`
}

// EvidenceID returns the id of a line's clip.
func EvidenceID(k Key) string {
	sum := sha256.Sum256([]byte(k.String()))
	return hex.EncodeToString(sum[:12])
}

// FlagQuery selects flags of all sessions. Zero fields mean any.
type FlagQuery struct {
	Status  FlagStatus
	Session string
	Rule    string
	Room    string
	Only    RoomSet // restricts the query to these rooms
	Speaker string  // the platform identity
	// Decided selects only flags that a person decided, latest decision first; otherwise Oldest determines the order.
	Decided bool
	// Oldest means oldest flag first, otherwise newest first.
	Oldest bool
	// Limit is 1 to 1000, 0 for 100.
	Limit int
}

// FlagPlace is a flag with its session and line.
type FlagPlace struct {
	Flag      Flag      `json:"flag"`
	Session   Session   `json:"session"`
	Utterance Utterance `json:"utterance"`
	// Evidence is nil if no audio is kept. Its Ogg is nil.
	Evidence *Evidence `json:"evidence,omitempty"`
	// Decision is the flag's decision, with the ask to the host; it may be nil. Actions are the resulting actions, in the order in
	// which they were planned.
	Decision *Decision `json:"decision,omitempty"`
	Actions  []Action  `json:"actions,omitempty"`
}

// Tally counts a person's flags, and their consequences, in a room since a time.
type Tally struct {
	Flags     int // that were raised
	Confirmed int // of them
	Asks      int // that a host was asked about, answered or not
	Actions   int // against the person that took effect
}

// RuleCounts counts a rule's flags by status.
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

// Precision returns the share of confirmed flags among the decided ones, 0 to 1; ok is false if none has been decided.
func (c RuleCounts) Precision() (share float64, ok bool) {
	n := c.Confirmed + c.Dismissed
	if n == 0 {
		return 0, false
	}
	return float64(c.Confirmed) / float64(n), true
}

// AuditEntry records a change by a user. It contains ids and names, never what people said.
type AuditEntry struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
	// What is the kind of change: "flag confirmed", "text corrected", "person renamed".
	What string `json:"what"`
	// Target is the id of what was changed; Session is where, or "".
	Target  string `json:"target"`
	Session string `json:"session,omitempty"`
}
