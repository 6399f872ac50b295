package record

import (
	"context"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
)

// Rulebook provides the rules in use. Its methods may be called by many goroutines at once.
type Rulebook interface {
	// Sets lists the sets of rules in use, first that of rooms without a profile.
	Sets() []RuleSet
	// Text returns the YAML of a rule in the profile's set; "" if there is none.
	Text(profile, rule string) string
	// Try judges an example as if it had been said, and explains every rule of the profile's set. Words of masked lists are always
	// hidden.
	Try(profile string, e engine.Example) (engine.Tried, error)
	// Replay runs the profile's set over the stored sessions of a room ("": of all rooms) that began at or after a time, newest
	// first until ctx ends. Nothing is stored and nobody is notified.
	Replay(ctx context.Context, profile, room string, since time.Time) (engine.Replayed, error)
}

// Taken is a proposal that has been applied.
type Taken struct {
	Rule string `json:"rule"`
	File string `json:"file"`
	Kept string `json:"kept,omitempty"` // the old file
	Diff string `json:"diff"`
}

// Tuner changes the rules in use based on hosts' decisions. Its methods may be called by many goroutines at once.
type Tuner interface {
	// Proposals returns small changes to a rule ("": to any) of the profile's set that hosts' decisions since a time support, each
	// with the edit it would make, with words of masked lists hidden. If there are many sessions, the newest are used. Nothing is
	// changed.
	Proposals(ctx context.Context, profile, rule string, since time.Time) (tune.Result, error)
	// Take applies a proposal of Proposals to the host's rule file, keeps the old file and records who did it. The error wraps
	// models.ErrNotFound if the proposal no longer applies.
	Take(ctx context.Context, profile, rule, proposal, by string, since time.Time) (Taken, error)
}

// RuleSet is a set of rules in use.
type RuleSet struct {
	Profile string     `json:"profile"` // "" is that of rooms without one
	Set     string     `json:"set"`     // its name and hash
	Rules   []RuleText `json:"rules"`
}

// RuleText describes one rule.
type RuleText struct {
	ID    string       `json:"id"`
	Pack  string       `json:"pack"`
	Level models.Level `json:"level"`
	Mode  models.Mode  `json:"mode"`
	About string       `json:"about,omitempty"`
	Title string       `json:"title,omitempty"`
}

const (
	// ReplayWithin limits a replay that somebody waits for.
	ReplayWithin = 8 * time.Second
	// ReplayDays is how many days back it looks.
	ReplayDays = 30
	// MaxTried is the maximum length of words to try, in bytes.
	MaxTried = 2000
)
