package models

import (
	"slices"
	"time"
)

// Level is the severity of a flag.
type Level string

// The levels, mildest first.
const (
	LevelInfo   Level = "info"
	LevelLow    Level = "low"
	LevelMedium Level = "medium"
	LevelHigh   Level = "high"
)

// Levels returns all levels, mildest first.
func Levels() []Level { return []Level{LevelInfo, LevelLow, LevelMedium, LevelHigh} }

// Rank returns the index in Levels, so that a more severe level has a higher rank; -1 for an unknown one.
func (l Level) Rank() int { return slices.Index(Levels(), l) }

// Mode is how far rules may go.
type Mode string

// The modes, weakest first.
const (
	ModeWatch   Mode = "watch"   // record it
	ModeSuggest Mode = "suggest" // ask the host
	ModeAct     Mode = "act"     // do it
)

// FlagStatus is a reviewer's verdict on a flag.
type FlagStatus string

// The statuses of a flag.
const (
	FlagOpen      FlagStatus = "open"
	FlagConfirmed FlagStatus = "confirmed"
	FlagDismissed FlagStatus = "dismissed"
)

// Flag is a rule's finding in one utterance.
type Flag struct {
	// ID is derived from the utterance's key and the rule, so that judging the same words again results in the same flag.
	ID      string `json:"id"`
	Session string `json:"session"`
	// Utterance is the line in which the match ends.
	Utterance   Key    `json:"utterance"`
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker"`
	Rule        string `json:"rule"`
	// Pack is the name of the rule file, and Hash the short content hash of the rule as it was.
	Pack  string `json:"pack"`
	Hash  string `json:"hash"`
	Level Level  `json:"level"`
	Mode  Mode   `json:"mode"`
	Title string `json:"title"`
	// Matched are the words that matched, with their times and probabilities.
	Matched []Word `json:"matched"`
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	// Why is one sentence for the host: what matched, where, and with what confidence.
	Why    string     `json:"why"`
	Status FlagStatus `json:"status"`
	// DecidedBy and Decided are who set the status and when; empty while the flag is open.
	DecidedBy string    `json:"decided_by,omitempty"`
	Decided   time.Time `json:"decided,omitzero"`
	Created   time.Time `json:"created"`
}
