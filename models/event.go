package models

// Event is one thing that happened in a session, for those who watch it live. Exactly one pointer is set.
type Event struct {
	// Seq rises by one with each event of the process; a watcher resumes after it. Those who may not see all rooms are not
	// told it: a stream gives its cursor as the id of the event.
	Seq       uint64     `json:"-"`
	SessionID string     `json:"session_id"`
	Session   *Session   `json:"session,omitempty"` // started, changed or ended
	Speaker   *Speaker   `json:"speaker,omitempty"` // came, or changed the name or role
	Partial   *Partial   `json:"partial,omitempty"`
	Utterance *Utterance `json:"utterance,omitempty"`
	Flag      *Flag      `json:"flag,omitempty"` // raised or decided
	Gap       *Gap       `json:"gap,omitempty"`
	// Evidence is a clip that was kept; it comes before the flags of its line.
	Evidence *Evidence `json:"evidence,omitempty"`
	Decision *Decision `json:"decision,omitempty"` // made, answered or lapsed
	Action   *Action   `json:"action,omitempty"`   // took effect or failed
	// Floor is who has the right to speak next, after that changed; only those who watch one session get it.
	Floor *Floor `json:"floor,omitempty"`
	// Alarm is for those who watch any session: it has no session of its own.
	Alarm *Alarm `json:"alarm,omitempty"`
}

// Alarm is what everybody has to know at once, such as that nothing can be written down.
type Alarm struct {
	Text string `json:"text"` // empty: it is over
}

// Floor is who of those in a room spoke least, first: the beginning of the fair order of who may speak next, eight people at
// most. Hosts are not in it.
type Floor struct {
	Next []Talked `json:"next"`
}

// Talked is how long somebody has spoken in a session.
type Talked struct {
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker_name"`
	TalkMS      int64  `json:"talk_ms"`
}
