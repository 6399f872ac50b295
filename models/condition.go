package models

// Condition is a sentence about Earshot's health.
type Condition struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	// Hint says what to do about it, or "".
	Hint string `json:"hint,omitempty"`
}
