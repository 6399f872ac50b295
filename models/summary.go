package models

import (
	"cmp"
	"slices"
	"time"
)

// SummaryItem is a statement of a summary with the lines that support it.
type SummaryItem struct {
	// Text quotes them without hesitations, repetitions, and filler at the beginning and end of a sentence.
	Text string `json:"text"`
	// Heard is the verbatim quote; empty if it is the same as Text.
	Heard string `json:"heard,omitempty"`
	// SpeakerID is who said it, if it is one person's statement.
	SpeakerID string `json:"speaker_id,omitempty"`
	// Owner is the name of the person who is to do it; for actions only, and only if it was said.
	Owner string `json:"owner,omitempty"`
	// Due is the deadline, as it was said; for actions only.
	Due string `json:"due,omitempty"`
	// Sure is how likely it is what it is listed as, from 0 to 1; 0: not judged.
	Sure float64 `json:"sure,omitempty"`
	// StartMS and EndMS bound the cited lines, in ms from the session's start.
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	// Cites are the utterances that support it, at least one.
	Cites []Key `json:"cites"`
}

// Verbatim returns the summary with verbatim quotes.
func (s Summary) Verbatim() Summary {
	for _, list := range []*[]SummaryItem{&s.Highlights, &s.Decisions, &s.Actions, &s.Questions} {
		*list = slices.Clone(*list)
		for i, it := range *list {
			(*list)[i].Text = cmp.Or(it.Heard, it.Text)
		}
	}
	return s
}

// Task returns who is to do it and by when, as "Ben, by Friday"; "" if neither was said.
func (it SummaryItem) Task() string {
	if it.Owner == "" || it.Due == "" {
		return it.Owner + it.Due
	}
	return it.Owner + ", " + it.Due
}

// Chapter is a part of a session about one topic.
type Chapter struct {
	Title   string `json:"title"`
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	// Cites are the utterances that support the title.
	Cites []Key `json:"cites"`
}

// TalkShare is one speaker's part in the talk.
type TalkShare struct {
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker"`
	TalkMS      int64  `json:"talk_ms"`
	Turns       int    `json:"turns"`
	// Interruptions counts how often this speaker interrupted another's turn; Interrupted how often others interrupted.
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

// The kinds of summaries.
const (
	SummarySession = "session" // of a session that has ended
	SummaryRecap   = "recap"   // of a part, or of a session in progress: what a latecomer missed
)

// Summary is a summary of a session, which has at most one of each kind.
type Summary struct {
	Session string `json:"session"`
	// Kind is SummarySession or SummaryRecap.
	Kind       string           `json:"kind"`
	Headline   string           `json:"headline"`
	Chapters   []Chapter        `json:"chapters"`
	Highlights []SummaryItem    `json:"highlights"`
	Decisions  []SummaryItem    `json:"decisions"`
	Actions    []SummaryItem    `json:"actions"`
	Questions  []SummaryItem    `json:"questions"`
	Talk       []TalkShare      `json:"talk"`
	Digest     ModerationDigest `json:"digest"`
	// Lines counts lines with text. Of these, LeftOut were excluded because they are doubtful or contain instructions to a model,
	// and Flagged because of a flag that nobody dismissed.
	Lines   int `json:"lines"`
	LeftOut int `json:"left_out"`
	Flagged int `json:"flagged_out"`
	// SinceMS is where the summary starts, in ms from the session's start; 0 means the beginning.
	SinceMS int64 `json:"since_ms,omitempty"`
	// UntilMS is where the summary ends, in ms from the session's start.
	UntilMS int64 `json:"until_ms"`
	// Model is the language model; empty if none was used.
	Model string `json:"model,omitempty"`
	// Dropped is how many statements of the language model were discarded.
	Dropped int `json:"dropped,omitempty"`
	// Basis is a hash of what it was made from. A summary whose basis differs from that of the stored session is out of date.
	Basis   string    `json:"basis,omitempty"`
	Created time.Time `json:"created"`
}
