package models

import "time"

// Room is a place where people talk, as the configuration or an invitation names it.
type Room struct {
	// ID is the room's identity: its canonical address (Address.ID), since rooms of several servers may share a name.
	ID string `json:"id"`
	// Name is the room's display name.
	Name string `json:"name"`
	// URL is the room's address: lounge://…, livekit://…, janus+ws://…, mumble://…, whep+https://…. It never contains a secret.
	URL string `json:"url"`
	// Profile is the name of the rule and retention profile in use.
	Profile string `json:"profile,omitempty"`
}

// EndReason is why a session ended. The list is closed.
type EndReason string

// The end reasons of a session.
const (
	EndLeft         EndReason = "left"              // the host sent the bot away, or the room's owner stopped it
	EndAlone        EndReason = "alone"             // nobody was left in the room
	EndRoomClosed   EndReason = "room_closed"       // the server closed the room
	EndReplaced     EndReason = "replaced"          // another client took over the bot's identity
	EndRemoved      EndReason = "removed"           // a moderator removed the bot
	EndDenied       EndReason = "denied"            // the server refused the join
	EndFailedICE    EndReason = "failed:ice"        // no media path
	EndFailedAuth   EndReason = "failed:auth"       // the credentials were refused
	EndFailedServer EndReason = "failed:server"     // the server answered with errors or not at all
	EndSilence      EndReason = "silence"           // nobody spoke for as long as was configured
	EndSchedule     EndReason = "schedule"          // the scheduled time was over
	EndMaxTime      EndReason = "max_time"          // the configured longest stay was reached
	EndErased       EndReason = "erased"            // its record was erased during the session
	EndStopped      EndReason = "stopped"           // Earshot was stopped
	EndImported     EndReason = "imported"          // it was not heard by the bot: what others recorded was imported
	EndPartial      EndReason = "import_incomplete" // its import is running, or was interrupted: the same import again completes it
	EndMoved        EndReason = "moved"             // another process listens instead: the session itself goes on, and is not ended
)

// Session is a stay of the bot in a room.
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
	// Epoch counts how often the session was started, by successive runs of the program; it is part of every clip's key, so that a
	// restarted bot never reuses a key.
	Epoch int `json:"epoch"`
	// Model is the base name of the Whisper model file in use.
	Model string `json:"model,omitempty"`
	// Rules names the rule files in use with a short content hash: "open-mic@3f9c21".
	Rules string `json:"rules,omitempty"`
	// Profile is the profile in use; empty for the settings outside of profiles.
	Profile string `json:"profile,omitempty"`
	// ModerateOnly reports that no words but flagged ones are stored.
	ModerateOnly bool `json:"moderate_only,omitempty"`
}

// Live reports whether the session has not ended.
func (s Session) Live() bool { return s.Ended.IsZero() }

// Unfinished reports whether more of the session is to come: it is live, or imported in part.
func (s Session) Unfinished() bool { return s.Live() || s.Reason == EndPartial }

// Lasted is how long the session has lasted, until now if it is live.
func (s Session) Lasted(now time.Time) time.Duration {
	if !s.Live() {
		now = s.Ended
	}
	return max(now.Sub(s.Started), 0)
}

// Role is a person's role in a room, according to the platform or the configuration.
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

// Attribution is how the speaker is known.
type Attribution string

// The kinds of attribution. By default only AttributionTrack suffices for acting.
const (
	AttributionTrack    Attribution = "track"
	AttributionPlatform Attribution = "platform_event"
	AttributionUnknown  Attribution = "unknown"
	// AttributionMix is that of one sound of everybody: whose it is nobody knows, so no rule may act on it, whatever it trusts.
	AttributionMix Attribution = "mix"
)

// SpeakerCounts is one person's part in a session. A line is an utterance with text.
type SpeakerCounts struct {
	Speaker
	Utterances int `json:"utterances"`
	// TalkMS is the duration of speech, summed over the person's lines.
	TalkMS int64 `json:"talk_ms"`
	Flags  int   `json:"flags"`
}

// SessionInfo is a session with the figures that lists show.
type SessionInfo struct {
	Session
	// Speakers has everybody who was seen or spoke, by descending talk time.
	Speakers   []SpeakerCounts `json:"speakers"`
	Utterances int             `json:"utterances"` // lines with text
	Doubtful   int             `json:"doubtful"`   // of them, with a doubt
	Failed     int             `json:"failed"`     // clips that could not be decoded
	Pending    int             `json:"pending"`    // clips that wait for decoding
	Flags      int             `json:"flags"`
	OpenFlags  int             `json:"open_flags"`
	Gaps       int             `json:"gaps"`
	LostMS     int64           `json:"lost_ms"`
	TalkMS     int64           `json:"talk_ms"`
	// DurationMS is from start to end, or to the last thing stored while the session has not ended.
	DurationMS int64 `json:"duration_ms"`
}

// SessionQuery selects sessions, newest first.
type SessionQuery struct {
	Room string // empty: all rooms
	// Only restricts the query to these rooms.
	Only RoomSet
	Live bool // only those that have not ended
	// Before continues a list: only sessions that started earlier, unless zero.
	Before time.Time
	// Limit is the longest list wanted: 1 to 1000, 0 for 100.
	Limit int
}
