package record

import (
	"context"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Rulebook is the rules that are in use. Its methods may be called by many goroutines at once.
type Rulebook interface {
	// Sets lists the sets of rules in use, the first being that of rooms without a profile.
	Sets() []RuleSet
	// Try judges an example as if it were said, and explains every rule of the profile's set. Words of masked lists are
	// hidden, whatever the example says.
	Try(profile string, e engine.Example) (engine.Tried, error)
	// Replay runs the profile's set over the stored sessions of a room ("": of all) that began at a time or later, as many
	// of the newest as ctx gives time for. Nothing is stored and nobody is told.
	Replay(ctx context.Context, profile, room string, since time.Time) (engine.Replayed, error)
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
}

const (
	// ReplayWithin bounds a replay that somebody waits for.
	ReplayWithin = 8 * time.Second
	// ReplayDays is how far back it looks.
	ReplayDays = 30
	// MaxTried is how long words that are tried may be, in bytes.
	MaxTried = 2000
)
