package models

import (
	"time"
)

// SearchQuery asks for lines of transcripts. All conditions that are set must hold; at least one must be set.
type SearchQuery struct {
	// Text is what a person typed: words that must all occur, in any order and in any case; "…" holds words together,
	// a trailing * matches the beginnings of words. Nothing else in it has a meaning. At most 100 words and 10 000 bytes.
	Text    string
	Session string
	Room    string
	Only    RoomSet // holds the query to these rooms; it is no condition by itself
	Speaker string  // the platform identity
	Rule    string
	Flagged bool // only lines with a flag
	// From and To bound when the line began to be said: From <= t < To. Zero: no bound.
	From, To time.Time
	// Limit is the number of hits of one page: 1 to 200, 0 for 50.
	Limit int
	// Cursor continues after a page; it comes from SearchPage.Next and means nothing else.
	Cursor string
}

// SearchPage is one page of hits, the newest first.
type SearchPage struct {
	Hits []SearchHit `json:"hits"`
	// Next is the cursor of the next page, or "" when this was the last.
	Next string `json:"next,omitempty"`
}

// SearchHit is one line that was found.
type SearchHit struct {
	Utterance   Utterance `json:"utterance"`
	Room        string    `json:"room"`
	SessionName string    `json:"session_name"`
	// Said is when the line began.
	Said time.Time `json:"said"`
	// Rules are the ids of the rules that flagged the line.
	Rules []string `json:"rules,omitempty"`
	// Snippet is the line, or the part of it around the first match, in pieces; joined they are plain text.
	Snippet []SnippetPart `json:"snippet"`
}

// SnippetPart is a piece of a found line. It is text, never markup.
type SnippetPart struct {
	Text string `json:"text"`
	// Hit says that the piece is what was searched for.
	Hit bool `json:"hit,omitempty"`
}
