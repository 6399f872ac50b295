package models

import (
	"time"
)

// Room is a place where people talk, as the configuration or an invitation names it.
type Room struct {
	// ID is the room's identity: its whole address in its one form (Address.ID), since rooms of several servers may share a
	// name.
	ID string `json:"id"`
	// Name is what people call the room.
	Name string `json:"name"`
	// URL is where the bot joins: lounge://…, whep+https://…, livekit://…, janus+ws://…. It never holds a secret.
	URL string `json:"url"`
	// Profile is the name of the rule and retention profile in use.
	Profile string `json:"profile,omitempty"`
}

// EndReason says why a session ended. The list is closed.
type EndReason string

// The end reasons of a session.
const (
	EndLeft         EndReason = "left"          // the host sent the bot away, or the room's owner stopped it
	EndAlone        EndReason = "alone"         // nobody was left in the room
	EndRoomClosed   EndReason = "room_closed"   // the server closed the room
	EndReplaced     EndReason = "replaced"      // another client took over the bot's identity
	EndRemoved      EndReason = "removed"       // a moderator removed the bot
	EndDenied       EndReason = "denied"        // the server refused the join
	EndFailedICE    EndReason = "failed:ice"    // no media path
	EndFailedAuth   EndReason = "failed:auth"   // the credentials were refused
	EndFailedServer EndReason = "failed:server" // the server answered with errors or not at all
	EndSilence      EndReason = "silence"       // nobody spoke for as long as was configured
	EndSchedule     EndReason = "schedule"      // its time in the room was over, by the timetable
	EndMaxTime      EndReason = "max_time"      // the configured longest stay was reached
	EndErased       EndReason = "erased"        // its record was erased while it went on
	EndStopped      EndReason = "stopped"       // Earshot was stopped
)

// Session is one stay of the bot in a room.
type Session struct {
	// ID is unique over all rooms and safe in paths and URLs.
	ID      string    `json:"id"`
	Room    string    `json:"room"`
	Name    string    `json:"name"`
	URL     string    `json:"url,omitempty"`
	Started time.Time `json:"started"`
	// Ended is zero while the session is live.
	Ended  time.Time `json:"ended,omitzero"`
	Reason EndReason `json:"reason,omitempty"`
	// Epoch counts the runs of the program that served this session; it is part of every clip's key, so that a
	// restarted bot never reuses a key.
	Epoch int `json:"epoch"`
	// Model names the Whisper model file in use, without its folder.
	Model string `json:"model,omitempty"`
	// Rules names the rule files in use with a short content hash: "open-mic@3f9c21".
	Rules string `json:"rules,omitempty"`
	// Profile is the name of the profile in use; empty: the settings outside of profiles.
	Profile string `json:"profile,omitempty"`
	// ModerateOnly says that no words are stored but those of flags.
	ModerateOnly bool `json:"moderate_only,omitempty"`
}

// Live reports whether the session has not ended.
func (s Session) Live() bool { return s.Ended.IsZero() }

// Role is what a person may do in a room, as the platform or the configuration says.
type Role string

// The roles that rules can name.
const (
	RoleHost    Role = "host"
	RoleCohost  Role = "cohost"
	RoleSpeaker Role = "speaker"
	RoleGuest   Role = "guest"
)

// Speaker is a person in a session. Identity comes from the transport, never from the voice.
type Speaker struct {
	Session string `json:"session"`
	// ID is the platform's stable identity of the person within the room.
	ID   string `json:"id"`
	Name string `json:"name"`
	Role Role   `json:"role,omitempty"`
	// FirstMS is when the person was first seen, in ms from the session's start.
	FirstMS int64 `json:"first_ms"`
}

// Attribution says how it is known who spoke.
type Attribution string

// The kinds of attribution. Only AttributionTrack is enough to act on by default.
const (
	AttributionTrack    Attribution = "track"
	AttributionPlatform Attribution = "platform_event"
	AttributionUnknown  Attribution = "unknown"
)
