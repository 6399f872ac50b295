package models

// Span is a stretch of time, in ms from the session's start.
type Span struct{ StartMS, EndMS int64 }

// Observation is something that was noticed in a room other than by words: about once a second for each track that carries
// sound, and once for each event. Any of its parts may be empty.
type Observation struct {
	// AtMS is when it was noticed, in ms from the session's start. Observations of one session never go back in time by more
	// than a few seconds.
	AtMS int64
	// SpeakerID is who it is about; empty for what belongs to the room as a whole.
	SpeakerID string
	// Voiced are the stretches of speech of this person that the voice detector found since the last observation, in order.
	// They may lie a little before Sound, because an onset is only seen when it is over. A stretch that goes on may be sent
	// again with a later end, or in pieces that follow each other.
	Voiced []Span
	// Sound is what one stretch of this person's track sounded like; nil when nothing was decoded.
	Sound *Sound
	// Event is what happened in the room.
	Event RoomEvent
	// Language is a vote for the language in which the person spoke.
	Language *LanguageVote
}

// Sound describes a stretch of sound of one track, up to a second long.
type Sound struct {
	Span
	LevelDBFS float64 // mean level; 0 is full scale, silence has -100
	Clipped   float64 // share of samples at full scale, 0 to 1
	// Music is how much the sound is made of held tones, and Noise how much it is a steady noise or a hum, 0 to 1. Both are
	// estimates over the last two seconds.
	Music, Noise float64
}

// RoomEvent is what happened in a room other than by words.
type RoomEvent string

// The events of a room. Empty: none.
const (
	RoomJoin   RoomEvent = "join"   // somebody came who was not there
	RoomLeave  RoomEvent = "leave"  // somebody went
	RoomUnmute RoomEvent = "unmute" // somebody is heard for the first time, or after half a minute of silence
	RoomDeaf   RoomEvent = "deaf"   // somebody is shown as talking and nothing of it is heard, for ten seconds
)

// LanguageVote is a guess at the language of some speech.
type LanguageVote struct {
	Code     string // ISO 639-1
	P        float64
	VoicedMS int64
}
