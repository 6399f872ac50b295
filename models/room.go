package models

import (
	"time"
)

// Invitation asks the bot into a room.
type Invitation struct {
	// URL is where the bot joins; Name is what people call the room, or the speaker of a stream without names.
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	// Profile is how the room is treated; empty: as the settings outside of profiles say.
	Profile string `json:"profile,omitempty"`
	// AllowServer has an owner allow the room's server from now on, where nobody named it; PrivateServer also when it is in a
	// private network. Only an owner's caller may set them.
	AllowServer   bool `json:"allow_server,omitempty"`
	PrivateServer bool `json:"private_server,omitempty"`
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
	// Server is the room's server. Strange says that neither the configuration nor an owner has named it, so that nobody
	// can invite the bot there yet.
	Server  string `json:"server"`
	Strange bool   `json:"strange,omitempty"`
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

// AllowedServer is a room server that an owner allowed the bot to be invited to. It is given no secrets: those go to servers
// that the configuration names.
type AllowedServer struct {
	// Server is the server's address in its one form, as Address.Server gives it.
	Server string `json:"server"`
	// Private says that it may be in a private network. Otherwise the bot connects to public addresses alone.
	Private bool      `json:"private,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}
