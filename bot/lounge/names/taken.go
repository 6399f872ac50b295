package names

import (
	"strings"
	"sync"
)

// maxTaken bounds how many looks of hosts' names are remembered.
const maxTaken = 1024

// unverified stands behind the name of a listener that passes for the bot's or a host's and does not hold the token.
const unverified = " (unverified)"

// Taken are the names that the bot and the token's holders go by, and that nobody else may pass for. Safe for concurrent use.
type Taken struct {
	bot string // its name

	mu    sync.Mutex
	looks map[string]bool // of the holders' names
}

// NewTaken keeps the bot's name for it.
func NewTaken(bot string) *Taken { return &Taken{bot: bot, looks: map[string]bool{}} }

// Claim remembers the name of a holder of the token.
func (t *Taken) Claim(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.looks) > maxTaken {
		clear(t.looks)
	}
	for _, l := range looks(name) {
		if l != "" {
			t.looks[l] = true
		}
	}
}

// Misleads says why somebody who does not hold the token may not go by a name, or "".
func (t *Taken) Misleads(name string) string {
	switch {
	case passesFor(name, t.bot):
		return "this name looks like the bot's: choose another"
	case claims(name):
		return "this name says that you are a host: choose another"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range looks(name) {
		if t.looks[l] {
			return "this name looks like a host's: choose another"
		}
	}
	return ""
}

// Mark is the name of a listener without the token, with a mark where it passes for another's.
func (t *Taken) Mark(name string) string {
	if t.Misleads(name) == "" {
		return name
	}
	return Clean(strings.TrimSuffix(name, unverified), "Listener") + unverified
}
