package models

// Counts is what a list shows beside a session.
type Counts struct {
	// Speakers counts the people seen in the session, Lines its utterances with text or with a failure.
	Speakers int `json:"speakers"`
	Lines    int `json:"lines"`
	// Flags counts all flags, OpenFlags those that nobody has decided yet.
	Flags     int `json:"flags"`
	OpenFlags int `json:"open_flags"`
	// LastMS is the end of the last utterance, in ms from the session's start.
	LastMS int64 `json:"last_ms"`
}

// Span is a stretch of text; Match says that it is what was looked for.
type Span struct {
	Text  string `json:"text"`
	Match bool   `json:"match,omitempty"`
}

// Hit is one line that a search found. Joined, the spans of Snippet are the line's text or an excerpt of it.
type Hit struct {
	Session   Session   `json:"session"`
	Utterance Utterance `json:"utterance"`
	Snippet   []Span    `json:"snippet"`
}
