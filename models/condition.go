package models

// Condition is one sentence about how Earshot is doing.
type Condition struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	// Hint says what to do about it, or "".
	Hint string `json:"hint,omitempty"`
}
