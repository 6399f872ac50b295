package models

import "time"

// Invitation asks the bot into a room.
type Invitation struct {
	// URL is where the bot joins; Name is what people call the room, or the speaker of a stream without names.
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	// Profile is how the room is treated; empty: as the settings outside of profiles say.
	Profile string `json:"profile,omitempty"`
	// By is who asks, and Expires until when a link is good. Neither is taken from a caller.
	By      string    `json:"by,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// RoomState is a room that the bot is in, or on its way to, as people and programs are told about it.
type RoomState struct {
	Room string `json:"room"`
	Name string `json:"name"`
	URL  string `json:"url"`
	// State is joining, listening, waiting (for the next attempt, or for its time by the schedule) or ended.
	State   string    `json:"state"`
	Session string    `json:"session,omitempty"`
	Since   time.Time `json:"since"`
	Reason  EndReason `json:"reason,omitempty"`
	Problem string    `json:"problem,omitempty"`
	Profile string    `json:"profile,omitempty"`
	// Note is what the host should know and do, if anything: what the bot could not do in the room by itself.
	Note string `json:"note,omitempty"`
	// Paused says that a host has paused listening.
	Paused bool `json:"paused,omitempty"`
	// Next is when the bot comes, in a room with a schedule in which it is not.
	Next time.Time `json:"next,omitzero"`
	// Deaf are the names of those who are shown as talking and are not heard, if any.
	Deaf []string `json:"deaf,omitempty"`
}

// Terms is what the bot does and keeps in a room, to be read before it is invited.
type Terms struct {
	Room Room `json:"room"`
	// Notice is what the bot says of itself in the room.
	Notice string `json:"notice"`
	// NoChat says that it cannot say it there, and that people cannot write to it: the host must do both.
	NoChat bool `json:"no_chat,omitempty"`
	// Rules names the rules, and Mode how far they may go; empty: as the rule files say.
	Rules string `json:"rules,omitempty"`
	Mode  Mode   `json:"mode,omitempty"`
	// Keep is how long things are kept. ModerateOnly: no words but those of flags.
	Keep         Retention `json:"-"`
	ModerateOnly bool      `json:"moderate_only,omitempty"`
}
