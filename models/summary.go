package models

import "time"

// SummaryItem is one statement of a summary with the lines it rests on.
type SummaryItem struct {
	Text string `json:"text"`
	// SpeakerID is who said it, when it is one person's.
	SpeakerID string `json:"speaker_id,omitempty"`
	// StartMS and EndMS bound the cited lines, in ms from the session's start.
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	// Cites are the utterances it rests on, at least one.
	Cites []Key `json:"cites"`
}

// Chapter is a stretch of a session about one thing.
type Chapter struct {
	Title   string `json:"title"`
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	// Cites are the utterances the title rests on.
	Cites []Key `json:"cites"`
}

// TalkShare is one speaker's part in the talk.
type TalkShare struct {
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker"`
	TalkMS      int64  `json:"talk_ms"`
	Turns       int    `json:"turns"`
	// Interruptions counts how often this speaker broke into another's turn; Interrupted the other way round.
	Interruptions int `json:"interruptions"`
	Interrupted   int `json:"interrupted"`
}

// ModerationDigest is what the rules and the hosts did in a session, in numbers.
type ModerationDigest struct {
	Flags     int            `json:"flags"`
	Confirmed int            `json:"confirmed"`
	Dismissed int            `json:"dismissed"`
	Open      int            `json:"open"`
	ByRule    map[string]int `json:"by_rule,omitempty"`
	Actions   map[Verb]int   `json:"actions,omitempty"`
}

// Summary is what a session was about. A session has at most one summary of each kind; making it again replaces it.
type Summary struct {
	Session string `json:"session"`
	// Kind is "session" for the whole, "recap" for one made while people still talk.
	Kind       string           `json:"kind"`
	Headline   string           `json:"headline"`
	Chapters   []Chapter        `json:"chapters"`
	Highlights []SummaryItem    `json:"highlights"`
	Decisions  []SummaryItem    `json:"decisions"`
	Actions    []SummaryItem    `json:"actions"`
	Questions  []SummaryItem    `json:"questions"`
	Talk       []TalkShare      `json:"talk"`
	Digest     ModerationDigest `json:"digest"`
	// Lines is how many lines it was made from, and LeftOut how many were left out because they are doubtful.
	Lines   int `json:"lines"`
	LeftOut int `json:"left_out"`
	// UntilMS is up to where the session had come, in ms from its start.
	UntilMS int64 `json:"until_ms"`
	// Model names the language model; empty: made without any.
	Model   string    `json:"model,omitempty"`
	Created time.Time `json:"created"`
}
