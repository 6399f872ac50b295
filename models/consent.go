package models

import "time"

// ConsentWhat is the kind of an entry of the consent ledger. The list is closed.
type ConsentWhat string

// The entries of the consent ledger.
const (
	ConsentTold     ConsentWhat = "told"     // the announcement was delivered while the person was present
	ConsentNotTold  ConsentWhat = "not_told" // the announcement could not be delivered
	ConsentObjected ConsentWhat = "objected" // the person objects to being recorded
	ConsentWithdrew ConsentWhat = "withdrew" // the person withdraws the objection
)

// Consent is an entry of the consent ledger: who was informed when, and who objected.
type Consent struct {
	Session string `json:"session"`
	Room    string `json:"room"`
	// SpeakerID is empty if nobody was known to be present.
	SpeakerID   string      `json:"speaker_id,omitempty"`
	SpeakerName string      `json:"speaker,omitempty"`
	What        ConsentWhat `json:"what"`
	// How is the evidence of the delivery, or "chat", "page", "api" or "command".
	How string `json:"how"`
	// By is who entered an objection for somebody else; empty for the person.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
}
