package models

import (
	"time"
)

// ConsentWhat is what happened between the bot and a person. The list is closed.
type ConsentWhat string

// The entries of the consent ledger.
const (
	ConsentTold     ConsentWhat = "told"     // the announcement was delivered while the person was there
	ConsentNotTold  ConsentWhat = "not_told" // the announcement could not be delivered
	ConsentObjected ConsentWhat = "objected" // does not want to be written down
	ConsentWithdrew ConsentWhat = "withdrew" // takes the objection back
)

// Consent is one entry of the consent ledger: who was told when, and who objected.
type Consent struct {
	Session string `json:"session"`
	Room    string `json:"room"`
	// SpeakerID is empty where nobody was known to be there, or where the room names nobody.
	SpeakerID   string      `json:"speaker_id,omitempty"`
	SpeakerName string      `json:"speaker,omitempty"`
	What        ConsentWhat `json:"what"`
	// How says by which way: what showed the delivery, or "chat", "page", "api" or "command".
	How string `json:"how"`
	// By is who entered an objection for somebody else; empty: the person.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
}
