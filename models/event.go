package models

// Event is an event of a session, for live viewers. Exactly one pointer is set.
type Event struct {
	// Seq increases by one with each event of the process; a viewer resumes after it. It is not sent to viewers, who may not see
	// all rooms: a stream uses its encrypted cursor as the event's id.
	Seq       uint64     `json:"-"`
	SessionID string     `json:"session_id"`
	Session   *Session   `json:"session,omitempty"` // started, changed or ended
	Speaker   *Speaker   `json:"speaker,omitempty"` // came, or changed the name or role
	Partial   *Partial   `json:"partial,omitempty"`
	Utterance *Utterance `json:"utterance,omitempty"`
	Flag      *Flag      `json:"flag,omitempty"` // raised or decided
	Gap       *Gap       `json:"gap,omitempty"`
	// Evidence is a stored clip; it precedes the flags of its line.
	Evidence *Evidence `json:"evidence,omitempty"`
	Decision *Decision `json:"decision,omitempty"` // made, answered or lapsed
	Action   *Action   `json:"action,omitempty"`   // took effect or failed
	// Floor is a change of who has spoken least; only viewers of a single session receive it.
	Floor *Floor `json:"floor,omitempty"`
	// Alarm is for viewers of any session.
	Alarm *Alarm `json:"alarm,omitempty"`
}

// Alarm is an urgent message to all viewers, such as that nothing can be stored.
type Alarm struct {
	Text string `json:"text"` // empty: it is over
}

// Floor lists up to eight people in a room, those who have spoken least first: the beginning of a fair order of speaking. It excludes
// hosts.
type Floor struct {
	Next []Talked `json:"next"`
}

// Talked is how long a person has spoken in a session.
type Talked struct {
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker_name"`
	TalkMS      int64  `json:"talk_ms"`
}
