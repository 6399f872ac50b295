package models

import "time"

// Restriction is a restriction in force against a person in a room, for a time or until lifted. There is one of each kind per person:
// a later one extends it, and the end of an earlier one never cuts it short.
type Restriction struct {
	Room string `json:"room"`
	// Person is the platform's identity; empty if it applies to all newcomers.
	Person string `json:"person,omitempty"`
	Name   string `json:"name,omitempty"`
	// Verb is mute, to_audience, ban or newcomers_listen_only.
	Verb Verb `json:"verb"`
	// Action is the action that imposed it, Session and Decision where and why; it is ended by the action EndOf(Action).
	Action   string `json:"action"`
	Session  string `json:"session"`
	Decision string `json:"decision,omitempty"`
	By       string `json:"by"`
	// Since is when it was imposed, and Seen when its effect was observed; zero if it is unknown whether it took effect.
	Since time.Time `json:"since"`
	Seen  time.Time `json:"seen,omitzero"`
	// Until is when it ends; zero means when it is lifted.
	Until time.Time `json:"until,omitzero"`
}

// EndOf returns the id of the action that ends the restriction imposed by another.
func EndOf(action string) string { return action + "-end" }

// Undo returns the verb that reverses v, or "".
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

// Undoes returns the verb that v reverses, or "".
func (v Verb) Undoes() Verb {
	for _, x := range []Verb{VerbMute, VerbToAudience, VerbBan} {
		if x.Undo() == v {
			return x
		}
	}
	return ""
}
