package models

// Event is one thing that happened in a session, for those who watch it live. Exactly one pointer is set.
type Event struct {
	// Seq rises by one with each event of the process; a watcher resumes after it.
	Seq       uint64     `json:"seq"`
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
}
