package live

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// TestOldPlansAreTold: an action planned while the bot was out for more than two minutes is not taken, and its stored state says so.
func TestOldPlansAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		a := hostAct("old", models.VerbWarn, 0)
		a.Created, a.State, a.Text = time.Now().Add(-3*time.Minute).UTC(), models.ActionPlanned, "please"
		if err := s.store.Put(t.Context(), models.Record{Session: "s1", Actions: []models.Action{a}}); err != nil {
			t.Fatal(err)
		}
		attended(t, s, h)
		time.Sleep(3 * time.Second)
		got, _ := s.store.Action(t.Context(), "old")
		if got.State == models.ActionPlanned {
			t.Errorf("an action that will never be done stands as %q; orders %d", got.State, len(h.orders))
		}
	})
}

// TestOneStuckActionHoldsNoOther: an action that hangs keeps no ask from lapsing and no other action from being taken.
func TestOneStuckActionHoldsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, asking, nil), &hands{hang: true}
		attended(t, s, h)
		h.handler.Speaker(models.Speaker{ID: "ben", Name: "Ben"})
		stuck := hostAct("a-stuck", models.VerbMute, 0)
		stuck.TargetID, stuck.State = "ben", models.ActionPlanned
		urgent := hostAct("b-urgent", models.VerbRemove, 0)
		urgent.State, urgent.Created = models.ActionPlanned, stuck.Created.Add(time.Millisecond)
		s.say(s.line(9000, "the private matter"), nil) // an ask of 2 s
		began := time.Now()
		planned := []models.Action{stuck, urgent}
		if err := s.store.Put(t.Context(), models.Record{Session: "s1", Actions: planned}); err != nil {
			t.Fatal(err)
		}
		s.env.places.hand("r1", planned)
		var done, lapsed time.Duration
		for time.Since(began) < 40*time.Second && (done == 0 || lapsed == 0) {
			if u, _ := s.store.Action(t.Context(), "b-urgent"); done == 0 && u.State != models.ActionPlanned {
				done = time.Since(began)
			}
			if ds, _ := s.store.Decisions(t.Context(), "s1"); lapsed == 0 && len(ds) > 0 && ds[0].Ask == models.AskExpired {
				lapsed = time.Since(began)
			}
			time.Sleep(50 * time.Millisecond)
		}
		if done > 5*time.Second || lapsed > 5*time.Second || done == 0 || lapsed == 0 {
			t.Errorf("the removal was begun after %v, and an ask of 2 s lapsed after %v", done, lapsed)
		}
	})
}
