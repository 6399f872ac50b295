package live

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// TestUndoAfterTheBotLeft: after the bot has left, a host dismisses a flag for which somebody was muted permanently. The mute ends
// when the bot is back, and until then the page says that it has not.
func TestUndoAfterTheBotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, strings.Replace(lookActs, "\n    second_look: {must_agree: false}", "", 1), nil), &hands{}
		leave := attended(t, s, h)
		s.say(s.line(9000, "the secret word"), nil)
		time.Sleep(2 * time.Second)
		leave()
		if !h.isMuted("ana") {
			t.Fatalf("Ana is not muted: %+v", h.orders)
		}
		if done, err := s.Answer(t.Context(), s.flags()[0], models.FlagDismissed, "host"); err != nil || !done {
			t.Fatal(done, err)
		}
		time.Sleep(10 * time.Minute)
		if err := s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, a := range mustActions(t, s) {
			if a.State == models.ActionPlanned {
				t.Errorf("%s stands as planned", a.Verb)
			}
		}
		attended(t, s, h)
		time.Sleep(5 * time.Second)
		if h.isMuted("ana") {
			t.Errorf("Ana is muted still: %+v", mustActions(t, s))
		}
	})
}

func mustActions(t *testing.T, s *scene) []models.Action {
	t.Helper()
	all, err := s.store.Actions(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	return all
}
