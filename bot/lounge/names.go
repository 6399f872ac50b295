package lounge

import (
	"strings"
	"sync"
)

// maxTaken bounds how many looks of hosts' names are remembered.
const maxTaken = 1024

// unverified stands behind the name of a listener that passes for the bot's or a host's and does not hold the token.
const unverified = " (unverified)"

// takenNames are the names that the bot and the token's holders go by, and that nobody else may pass for. Safe for concurrent use.
type takenNames struct {
	bot string // its name

	mu    sync.Mutex
	looks map[string]bool // of the holders' names
}

func newTakenNames(bot string) *takenNames { return &takenNames{bot: bot, looks: map[string]bool{}} }

// claim remembers the name of a holder of the token.
func (t *takenNames) claim(name string) {
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

// misleads says why somebody who does not hold the token may not go by a name, or "".
func (t *takenNames) misleads(name string) string {
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

// marked is the name of a listener without the token, with a mark where it passes for another's.
func (t *takenNames) marked(name string) string {
	if t.misleads(name) == "" {
		return name
	}
	return cleanName(strings.TrimSuffix(name, unverified), "Listener") + unverified
}
