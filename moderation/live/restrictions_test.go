package live

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// TestEndOfAnEarlierMuteLeavesALaterOne: a mute of two seconds is followed by a host's mute without an end. The second one stays in
// force.
func TestEndOfAnEarlierMuteLeavesALaterOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		attended(t, s, h)
		if a, err := s.Act(t.Context(), hostAct("short", models.VerbMute, 2000)); err != nil || a.State != models.ActionSeen {
			t.Fatal(a, err)
		}
		if a, err := s.Act(t.Context(), hostAct("long", models.VerbMute, 0)); err != nil || a.State != models.ActionSeen {
			t.Fatal(a, err)
		}
		time.Sleep(4 * time.Second)
		if !h.isMuted("ana") {
			t.Errorf("the end of the earlier mute lifted the host's own: orders %+v", h.orders)
		}
	})
}

// TestTimedAudienceAndBanEnd: a temporary ban or move to the audience ends.
func TestTimedAudienceAndBanEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		attended(t, s, h)
		for _, verb := range []models.Verb{models.VerbToAudience, models.VerbBan} {
			a, err := s.Act(t.Context(), hostAct(string(verb), verb, 1000))
			if err != nil || a.State != models.ActionSeen {
				t.Fatal(a, err)
			}
		}
		time.Sleep(3 * time.Second)
		all, err := s.store.Actions(t.Context(), "s1")
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 4 {
			for _, a := range all {
				t.Logf("%s %s for %d ms: %s %s", a.ID, a.Verb, a.ForMS, a.State, a.Error)
			}
			t.Errorf("%d actions, want an end for each of two; orders %+v", len(all), h.orders)
		}
	})
}

// TestMuteEndsOrIsToldWhenTheBotLeaves: a temporary mute ends, or it is reported that it did not, even if the bot left before.
func TestMuteEndsOrIsToldWhenTheBotLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		leave := attended(t, s, h)
		if a, err := s.Act(t.Context(), hostAct("short", models.VerbMute, 2000)); err != nil || a.State != models.ActionSeen {
			t.Fatal(a, err)
		}
		leave()
		time.Sleep(3 * time.Second)
		end, err := s.store.Action(t.Context(), "short-end")
		t.Logf("the end: %+v, %v; muted %v", end, err, h.isMuted("ana"))
		if h.isMuted("ana") && end.State == models.ActionPlanned {
			t.Error("Ana is muted for good, and the end of the mute stands as planned")
		}
	})
}

// TestStoppedInTheMidstOfAMute: the service is stopped between the mute and the check of its effect.
func TestStoppedInTheMidstOfAMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		leave := attended(t, s, h)
		a := hostAct("short", models.VerbMute, 60_000)
		a.State, a.By = models.ActionPlanned, "rule"
		if err := s.store.Put(t.Context(), models.Record{Session: "s1", Actions: []models.Action{a}}); err != nil {
			t.Fatal(err)
		}
		s.env.places.hand("r1", []models.Action{a})
		for !h.isMuted("ana") {
			time.Sleep(5 * time.Millisecond)
		}
		leave()
		got, err := s.store.Action(t.Context(), "short")
		t.Logf("%s %q %v", got.State, got.Error, err)
		end, err := s.store.Action(t.Context(), "short-end")
		t.Logf("end: %+v %v", end.State, err)
		if h.isMuted("ana") && err != nil {
			t.Errorf("Ana is muted, the record says %q (%s), and no end of the mute is planned", got.State, got.Error)
		}
	})
}

// TestAMuteThatClimbedIsStoredAndEnds: a mute of two seconds had no effect and became a move to the audience. That is stored, and it
// ends.
func TestAMuteThatClimbedIsStoredAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &stubborn{}
		h.joined, h.muted = make(chan struct{}), map[string]bool{}
		ctx, cancel := context.WithCancel(t.Context())
		room, err := room.New(room.Config{Connector: h, Sink: s.j, Session: s.j.session})
		if err != nil {
			t.Fatal(err)
		}
		var g sync.WaitGroup
		defer g.Wait()
		defer cancel()
		g.Go(func() { _, _ = room.Run(ctx) })
		<-h.joined
		g.Go(func() { _ = s.attend(ctx, room) })
		time.Sleep(100 * time.Millisecond)
		a, err := s.Act(t.Context(), hostAct("m", models.VerbMute, 2000))
		t.Logf("the record: %s %s %q after %d attempts, %v", a.Verb, a.State, a.Error, a.Attempts, err)
		time.Sleep(4 * time.Second)
		h.mu.Lock()
		defer h.mu.Unlock()
		all, _ := s.store.Actions(t.Context(), "s1")
		for _, x := range all {
			t.Logf("stored: %s %s %s %q", x.ID, x.Verb, x.State, x.Error)
			if x.Verb == models.VerbToAudience || x.Verb == models.VerbToStage {
				return
			}
		}
		if h.audience {
			t.Error("Ana was moved to the audience; the record says a mute took effect, its end was 'seen', and she stays there")
		}
	})
}

// TestWhatIsOfferedCanBeTakenBack: every action that the page offers to undo can be undone.
func TestWhatIsOfferedCanBeTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{}
		attended(t, s, h)
		// the last is the only offer of the shipped rule on raids
		for _, verb := range []models.Verb{models.VerbToStage, models.VerbUnban, models.VerbNewcomersListen} {
			a, err := s.Act(t.Context(), hostAct(string(verb), verb, 0))
			if err != nil || a.State != models.ActionSeen {
				t.Errorf("%s: %s %q %v", verb, a.State, a.Error, err)
			}
		}
	})
}
