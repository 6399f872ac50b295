package live

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// TestStartLapsesWhatEndedStaysLeft: the program was killed with an ask, a pending verdict and a planned action open. The next start
// marks each as lapsed, and leaves those of a stay that continues alone.
func TestStartLapsesWhatEndedStaysLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		live, err := s.store.StartSession(t.Context(), models.Session{ID: "s2", Room: "r2", Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		for _, session := range []string{"s1", live.ID} {
			pending := models.Decision{
				ID: "d1" + session, Session: session, Flag: "f1" + session, Verdict: models.VerdictPending, Created: time.Now(),
			}
			ask := models.Decision{
				ID: "d2" + session, Session: session, Flag: "f2" + session, Verdict: models.VerdictAsked, Ask: models.AskOpen, Created: time.Now(),
			}
			plan := models.Action{
				ID: "a" + session, Session: session, Verb: models.VerbMute, TargetID: "ana", State: models.ActionPlanned,
				Created: time.Now().Add(-3 * time.Minute),
			}
			if err := s.store.Put(t.Context(), models.Record{
				Session: session, Decisions: []models.Decision{pending, ask}, Actions: []models.Action{plan},
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.store.EndSession(t.Context(), "s1", models.EndStopped, time.Now()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for session, want := range map[string][2]string{"s1": {"withheld", "expired"}, "s2": {"pending", "open"}} {
			d1, _ := s.store.Decision(t.Context(), "d1"+session)
			d2, _ := s.store.Decision(t.Context(), "d2"+session)
			if got := [2]string{string(d1.Verdict), string(d2.Ask)}; got != want {
				t.Errorf("%s: %v, want %v", session, got, want)
			}
			if a, _ := s.store.Action(t.Context(), "a"+session); a.State != models.ActionFailed || a.Error == "" {
				t.Errorf("%s: the old plan stands as %q", session, a.State)
			}
		}
	})
}
