package review

import (
	"strings"
	"testing"

	"earshot/models"
)

// TestOffersAreWhatCanBeDone: an ask offers the actions of its rule, except those that are impossible in this room.
func TestOffersAreWhatCanBeDone(t *testing.T) {
	m := askedRoom()
	m.decisions[0].Offer = []string{"mute 60s", "ban 1h", "newcomers_listen_only", "redact", "dismiss"}
	h := &hand{can: []models.Verb{models.VerbMute, models.VerbNewcomersListen}}
	body := ask(t, serve(t, m, func(c *Config) { c.Actor = h }), "GET", "/queue").Body.String()
	for choice, offered := range map[string]bool{"mute 60s": true, "newcomers_listen_only": true, "redact": true, "ban 1h": false} {
		if strings.Contains(body, `name="choice" value="`+choice+`"`) != offered {
			t.Errorf("%s: offered %v, want %v", choice, !offered, offered)
		}
	}
}
