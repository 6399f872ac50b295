package models

import "time"

// Invitation invites the bot into a room.
type Invitation struct {
	// URL is the room's address; Name is the display name of the room, or of the speaker of a stream.
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	// Profile is the room's profile; empty for the settings outside of profiles.
	Profile string `json:"profile,omitempty"`
	// AllowServer permanently allows an unknown server, PrivateServer even in a private network. Only a request by an owner may
	// set them.
	AllowServer   bool `json:"allow_server,omitempty"`
	PrivateServer bool `json:"private_server,omitempty"`
	// By is who invites, and Expires when a link expires. Neither is taken from a request.
	By      string    `json:"by,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// RoomState is the state of a room that the bot is in or is to join, for people and programs.
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
	// Note is a message to the host: what the bot could not do in the room by itself.
	Note string `json:"note,omitempty"`
	// Paused reports that a host has paused listening.
	Paused bool `json:"paused,omitempty"`
	// Next is when the bot joins next, in a room with a schedule.
	Next time.Time `json:"next,omitzero"`
	// Deaf are the names of those who are shown as talking and are not heard, if any.
	Deaf []string `json:"deaf,omitempty"`
}

// Terms describes what the bot does and keeps in a room, to be read before it is invited.
type Terms struct {
	Room Room `json:"room"`
	// Server is the room's server. Strange reports that neither the configuration nor an owner has allowed it, so that the bot
	// can't be invited there yet.
	Server  string `json:"server"`
	Strange bool   `json:"strange,omitempty"`
	// Notice is the bot's disclosure in the room.
	Notice string `json:"notice"`
	// NoChat reports that the room has no chat for the disclosure and for objections: the host must do both.
	NoChat bool `json:"no_chat,omitempty"`
	// Rules names the rules, and Mode bounds them; empty means as in the rule files.
	Rules string `json:"rules,omitempty"`
	Mode  Mode   `json:"mode,omitempty"`
	// Keep is the retention. ModerateOnly reports that no words but flagged ones are stored.
	Keep         Retention `json:"-"`
	ModerateOnly bool      `json:"moderate_only,omitempty"`
}

// AllowedServer is a room server that an owner has allowed invitations to. It never gets secrets, which are for configured servers.
type AllowedServer struct {
	// Server is the server's address in its one form, as Address.Server gives it.
	Server string `json:"server"`
	// Private reports that it may be in a private network. Otherwise the bot connects to public addresses only.
	Private bool      `json:"private,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}
