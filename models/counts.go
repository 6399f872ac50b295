package models

import "time"

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
