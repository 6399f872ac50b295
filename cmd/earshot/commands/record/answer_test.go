//go:build !race

package record

import (
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

// TestAnswersTellWhatCameOfThem: an action is reported as done only after its effect was seen.
func TestAnswersTellWhatCameOfThem(t *testing.T) {
	sent := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	mute := models.Action{Verb: models.VerbMute, TargetName: "Ben", Sent: sent}
	for want, state := range map[string]models.ActionState{
		"✓ mute Ben, seen after 0.5 s": models.ActionSeen, "? mute Ben was sent, but no effect was seen": models.ActionSent,
		"✕ mute Ben failed: no right": models.ActionFailed, "↩ mute Ben taken back": models.ActionUndone,
	} {
		x := mute
		x.State, x.Error = state, "no right"
		if state == models.ActionSeen {
			x.Seen = sent.Add(500 * time.Millisecond)
		}
		got := answered{FlagPlace: models.FlagPlace{
			Flag:    models.Flag{Title: "Shouting", SpeakerName: "Ben", Status: models.FlagConfirmed, DecidedBy: "cli:kim"},
			Actions: []models.Action{x},
		}}.text(terminal.Palette{})
		if got != "Shouting, Ben: confirmed by cli:kim\n"+want+"\n" {
			t.Errorf("%s: %q", state, got)
		}
	}
}

// TestQueueBeginsWithWhatExpiresFirst: asks come before other flags, the most urgent first; an expired ask does not count as one.
func TestQueueBeginsWithWhatExpiresFirst(t *testing.T) {
	now := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	ask := func(in time.Duration) *models.Decision {
		return &models.Decision{Ask: models.AskOpen, Expires: now.Add(in), Offer: []string{"mute 60s", "dismiss"}}
	}
	soon, later, lapsed := ask(time.Second), ask(time.Minute), ask(-time.Second)
	for i, c := range []struct {
		a, b *models.Decision
		want int
	}{{soon, later, -1}, {later, soon, 1}, {soon, nil, -1}, {lapsed, later, 1}, {nil, lapsed, 0}} {
		if got := byUrgency(c.a, c.b, now); got != c.want {
			t.Errorf("%d: %d, want %d", i, got, c.want)
		}
	}
	if got := strings.Join(offers(soon), ", "); got != "mute 60s, dismiss, confirm" {
		t.Errorf("answers: %s", got)
	}
}

// TestListedWordsAreMasked: neither the table nor the JSON of a list of flags shows what matched.
func TestListedWordsAreMasked(t *testing.T) {
	found := listed(models.FlagPlace{
		Flag:      models.Flag{ID: "f1", Rule: "insult", Status: models.FlagOpen, Matched: []models.Word{{Text: " fool"}}},
		Utterance: models.Utterance{Text: "You fool."},
	})
	found.Mask(nil)
	row := flagRows([]listedFlag{found})[1]
	if got := row[len(row)-1]; got != "f•••" || found.Text != "You f••••" {
		t.Errorf("%q, %q", got, found.Text)
	}
}
