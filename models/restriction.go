package models

import (
	"time"
)

// Restriction is something that is in force against somebody in a room, for a time or until it is taken back. Of each kind
// there is one a person: what comes later extends it, and its end never cuts short what holds longer.
type Restriction struct {
	Room string `json:"room"`
	// Person is the platform's identity; empty: it holds for all who are new in the room.
	Person string `json:"person,omitempty"`
	Name   string `json:"name,omitempty"`
	// Verb is mute, to_audience, ban or newcomers_listen_only.
	Verb Verb `json:"verb"`
	// Action is what brought it about, Session and Decision where and why; its end is the action EndOf(Action).
	Action   string `json:"action"`
	Session  string `json:"session"`
	Decision string `json:"decision,omitempty"`
	By       string `json:"by"`
	// Since is when it was ordered, and Seen when its effect was seen; zero: it is not known whether it took effect.
	Since time.Time `json:"since"`
	Seen  time.Time `json:"seen,omitzero"`
	// Until is when it ends; zero: when it is taken back.
	Until time.Time `json:"until,omitzero"`
}

// EndOf is the id of the action that ends what another brought about.
func EndOf(action string) string { return action + "-end" }

// Undo is the verb that takes another back, "" where there is none.
func (v Verb) Undo() Verb {
	switch v {
	case VerbMute:
		return VerbUnmute
	case VerbToAudience:
		return VerbToStage
	case VerbBan:
		return VerbUnban
	}
	return ""
}

// Undoes is the verb that this one takes back, "" where it is none that does.
func (v Verb) Undoes() Verb {
	for _, x := range []Verb{VerbMute, VerbToAudience, VerbBan} {
		if x.Undo() == v {
			return x
		}
	}
	return ""
}
