package models

// Span is a span of time, in ms from the session's start.
type Span struct{ StartMS, EndMS int64 }

// Observation is an analysis of a track's audio, about once a second while there is any, or an event in the room. Any of its parts may
// be empty.
type Observation struct {
	// AtMS is when it was made, in ms from the session's start. The observations of a session are in order to within a few
	// seconds.
	AtMS int64
	// SpeakerID is who it is about; empty for the room as a whole.
	SpeakerID string
	// Voiced are the spans of this person's speech detected since the last observation, in order. They may be slightly before
	// Sound, because an onset is detected late. An ongoing span may be sent again with a later end, or in consecutive pieces.
	Voiced []Span
	// Sound is the analysis of a span of this person's audio; nil if nothing was decoded.
	Sound *Sound
	// Event is an event in the room.
	Event RoomEvent
	// Language is a vote for the language spoken.
	Language *LanguageVote
}

// Sound is the analysis of up to a second of a track's audio.
type Sound struct {
	Span
	LevelDBFS float64 // mean level; 0 is full scale, silence has -100
	Clipped   float64 // share of samples at full scale, 0 to 1
	// Music estimates how much the audio consists of held tones, and Noise how much of steady noise or hum, 0 to 1, over the last
	// two seconds.
	Music, Noise float64
}

// RoomEvent is an event in a room.
type RoomEvent string

// The events of a room. Empty: none.
const (
	RoomJoin   RoomEvent = "join"   // somebody joined
	RoomLeave  RoomEvent = "leave"  // somebody left
	RoomUnmute RoomEvent = "unmute" // somebody is heard for the first time, or after half a minute of silence
	RoomDeaf   RoomEvent = "deaf"   // somebody is shown as talking and nothing of it is heard, for ten seconds
	RoomSilent RoomEvent = "silent" // the only source of a room has sent nothing but silence for a minute
)

// LanguageVote is a detected language of some speech.
type LanguageVote struct {
	Code     string // ISO 639-1
	P        float64
	VoicedMS int64
}
