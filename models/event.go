package models

import "time"

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
	// Consent is an entry of the consent ledger: somebody was told, objected, or took that back.
	Consent *Consent `json:"consent,omitempty"`
	// Summary is a summary that was stored.
	Summary *SummaryMade `json:"summary,omitempty"`
	// Room is a change of what the bot does in a room, or of what keeps it from that. Viewers of any session of the room receive it;
	// SessionID is empty while no session is on.
	Room *RoomState `json:"room,omitempty"`
	// Health is a change of Earshot's health, for viewers of all sessions.
	Health *Condition `json:"health,omitempty"`
	// Rules is that other rules are in use, for viewers of all sessions: a file was changed, or a proposal taken.
	Rules *RulesChange `json:"rules,omitempty"`
	// Claim is that somebody looks at a flagged line, to decide it.
	Claim *Claim `json:"claim,omitempty"`
	// Floor is a change of who has spoken least; only viewers of a single session receive it.
	Floor *Floor `json:"floor,omitempty"`
	// Alarm is for viewers of any session.
	Alarm *Alarm `json:"alarm,omitempty"`
	// Access is for the processes that share a store; viewers never receive it.
	Access *AccessChange `json:"access,omitempty"`
}

// AccessChange is what one process tells the others of those who use the pages.
type AccessChange struct {
	// Node is the process.
	Node string `json:"node"`
	// Taken says that somebody's access was revoked or given up.
	Taken bool `json:"taken,omitempty"`
	// Guessed is a budget of login attempts, as a hash, that a wrong attempt was charged to, and EveryMS how soon it refills by one.
	Guessed string `json:"guessed,omitempty"`
	EveryMS int64  `json:"every_ms,omitempty"`
}

// Claim is that somebody looks at a flagged line, until a time or until they look at another.
type Claim struct {
	Utterance Key       `json:"utterance"`
	By        string    `json:"by"`
	Page      string    `json:"page"` // tells the pages of one person apart
	Until     time.Time `json:"until"`
}

// RulesChange tells which rules of a profile are new, gone or different.
type RulesChange struct {
	Profile string   `json:"profile"` // "" is that of rooms without one
	Set     string   `json:"set"`     // the name and hash of the rules in use from now on
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// SummaryMade tells that a session has a new summary. It holds no words: events outlive an erasure by a moment.
type SummaryMade struct {
	Kind string `json:"kind"`
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
