package models

import (
	"cmp"
	"slices"
	"time"
)

// SummaryItem is one statement of a summary with the lines it rests on.
type SummaryItem struct {
	// Text quotes them without words of hesitation, repeats and what a sentence begins and ends with for want of words.
	Text string `json:"text"`
	// Heard is the same in the words that were heard; empty: these are the text.
	Heard string `json:"heard,omitempty"`
	// SpeakerID is who said it, when it is one person's.
	SpeakerID string `json:"speaker_id,omitempty"`
	// Owner is who is to do it, by name; of actions only, and only when it was said.
	Owner string `json:"owner,omitempty"`
	// Due is until when it is to be done, as it was said; of actions only.
	Due string `json:"due,omitempty"`
	// Sure is how likely it is what it is listed as, from 0 to 1; 0: not judged.
	Sure float64 `json:"sure,omitempty"`
	// StartMS and EndMS bound the cited lines, in ms from the session's start.
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	// Cites are the utterances it rests on, at least one.
	Cites []Key `json:"cites"`
}

// Verbatim is the summary with what was said in the words that were heard.
func (s Summary) Verbatim() Summary {
	for _, list := range []*[]SummaryItem{&s.Highlights, &s.Decisions, &s.Actions, &s.Questions} {
		*list = slices.Clone(*list)
		for i, it := range *list {
			(*list)[i].Text = cmp.Or(it.Heard, it.Text)
		}
	}
	return s
}

// Task says who is to do it and until when, as "Ben, by Friday"; "" when neither was said.
func (it SummaryItem) Task() string {
	if it.Owner == "" || it.Due == "" {
		return it.Owner + it.Due
	}
	return it.Owner + ", " + it.Due
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

// The kinds of summaries.
const (
	SummarySession = "session" // of a session that is over
	SummaryRecap   = "recap"   // of a part, or of a session that goes on: what a late-comer missed
)

// Summary is what a session was about. A session has at most one summary of each kind; making it again replaces it.
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
	// Lines is how many lines with text there were. Of them LeftOut were not quoted because they are doubtful or because
	// they talk to the machine that writes the summary, and Flagged because a rule flagged them and nobody dismissed it.
	Lines   int `json:"lines"`
	LeftOut int `json:"left_out"`
	Flagged int `json:"flagged_out"`
	// SinceMS is from where the session is told, in ms from its start; 0: all of it.
	SinceMS int64 `json:"since_ms,omitempty"`
	// UntilMS is up to where the session had come, in ms from its start.
	UntilMS int64 `json:"until_ms"`
	// Model names the language model; empty: made without any.
	Model string `json:"model,omitempty"`
	// Dropped is how many statements of the language model were not believed.
	Dropped int `json:"dropped,omitempty"`
	// Basis is a hash of what it was made from. A summary whose basis is no longer that of the record is out of date.
	Basis   string    `json:"basis,omitempty"`
	Created time.Time `json:"created"`
}
