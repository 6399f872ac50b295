package restrict_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
)

// TestLeavingForGoodTakesBackWhatIsTimed: two people under a mute and a ban for some time, and one under a mute without an end.
// When the bot leaves for good, the two are free and the record says so; what has no end stays.
func TestLeavingForGoodTakesBackWhatIsTimed(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		for _, id := range []string{"ana", "ben", "cy"} {
			s.comes(id)
		}
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 10*time.Minute)
		x.on(t, "ben", "b", models.VerbBan, time.Hour)
		x.on(t, "cy", "c", models.VerbMute, 0)
		x.forGood()
		if s.is(models.VerbMute, "ana") || s.is(models.VerbBan, "ben") || !s.is(models.VerbMute, "cy") {
			t.Errorf(
				"Ana muted %v, Ben banned %v, Cy muted %v", s.is(models.VerbMute, "ana"), s.is(models.VerbBan, "ben"), s.is(models.VerbMute, "cy"),
			)
		}
		if r.state("m-end") != models.ActionSeen || r.state("b-end") != models.ActionSeen {
			t.Errorf("the ends: %q, %q", r.state("m-end"), r.state("b-end"))
		}
		if all := r.all(); len(all) != 1 || all[0].Person != "cy" || len(x.notes) > 0 {
			t.Errorf("in force still: %+v, %d notes", all, len(x.notes))
		}
	})
}

// TestLeavingForGoodTellsWhatItCouldNotTakeBack: the server refuses, does not answer, or takes it without effect. The bot leaves
// all the same within seconds, the record says what is so, and the host is told whom it is about.
func TestLeavingForGoodTellsWhatItCouldNotTakeBack(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*server)
		why   string
	}{
		"refused":   {func(s *server) { s.fails = bot.Refuse("not now", nil) }, "not now"},
		"no answer": {func(s *server) { s.hangs = true }, "the bot is no longer in the room"},
		"no effect": {func(s *server) { s.deaf = models.VerbUnmute }, "the bot is no longer in the room"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, everything, func(t *testing.T, s *server, r *record) {
				s.comes("ana")
				s.comes("ben")
				x := begin(t, s, r)
				x.act(t, "m", models.VerbMute, 10*time.Minute)
				x.on(t, "ben", "n", models.VerbMute, 10*time.Minute)
				s.mu.Lock()
				c.spoil(s)
				s.mu.Unlock()
				began := time.Now()
				x.forGood()
				if took := time.Since(began); took > room.FarewellTime {
					t.Errorf("it took %v to leave", took)
				}
				for _, id := range []string{"m-end", "n-end"} {
					if a := r.get(id); a.State != models.ActionFailed || !strings.Contains(a.Error, c.why) {
						t.Errorf("%s: %q %q", id, a.State, a.Error)
					}
				}
				if len(r.all()) != 2 || len(x.notes) != 1 {
					t.Fatalf("in force %+v, %d notes", r.all(), len(x.notes))
				}
				if note := <-x.notes; !strings.Contains(note, "Ana (mute)") || !strings.Contains(note, "Ben (mute)") {
					t.Errorf("the host reads %q", note)
				}
			})
		})
	}
}

// TestLeavingInTheMidstOfAnAct: the bot leaves while a mute without an answer is under way. It is broken off and nothing is
// begun after it.
func TestLeavingInTheMidstOfAnAct(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		s.mu.Lock()
		s.deaf = models.VerbMute
		s.mu.Unlock()
		done := make(chan models.Action, 1)
		go func() { // by a host, who does not take it back by leaving
			a, _ := x.Do(
				context.Background(), models.Action{ID: "m", Session: "s1", Verb: models.VerbMute, TargetID: "ana", TargetName: "Ana", ForMS: 60_000},
			)
			done <- a
		}()
		time.Sleep(time.Second)
		x.forGood()
		if a := <-done; a.State != models.ActionSent || len(r.all()) > 0 || s.is(models.VerbMute, "ana") {
			t.Errorf("the mute %q, in force %+v", a.State, r.all())
		}
		a, err := x.Do(t.Context(), models.Action{ID: "late", Session: "s1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionSent})
		if err != nil || a.State != models.ActionFailed || s.is(models.VerbMute, "ana") {
			t.Errorf("after it: %q, %v", a.State, err)
		}
	})
}

// TestErasureLeavesNobodyMuted: somebody erases the session, with all that its record knows. What was in force is taken back
// before the bot leaves, whether or not it comes back.
func TestErasureLeavesNobodyMuted(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 10*time.Minute)
		time.Sleep(5 * time.Second)
		r.erase()
		time.Sleep(5 * time.Second)
		x.leave()
		if s.is(models.VerbMute, "ana") || len(r.all()) > 0 {
			t.Errorf("muted %v, in force %+v", s.is(models.VerbMute, "ana"), r.all())
		}
	})
}

// TestComingBackKeepsWhatIsInForce: where the bot comes back, or lost the room before, nothing is taken back.
func TestComingBackKeepsWhatIsInForce(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 10*time.Minute)
		x.leave()
		if !s.is(models.VerbMute, "ana") || r.state("m-end") != models.ActionFailed || len(x.notes) > 0 {
			t.Errorf("muted %v, the end %q, %d notes", s.is(models.VerbMute, "ana"), r.state("m-end"), len(x.notes))
		}
	})
}

// TestStoppingWithADeadRecord: the record does not answer, a mute is under way, and the bot leaves: the keeping ends within the time
// that a stay may take to end.
func TestStoppingWithADeadRecord(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 10*time.Minute)
		time.Sleep(time.Second)
		r.mu.Lock()
		r.dead = true
		r.mu.Unlock()
		go func() {
			_, _ = x.Do(context.Background(), models.Action{
				ID: "n", Session: "s1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionSent,
			})
		}()
		time.Sleep(time.Second)
		began := time.Now()
		x.forGood()
		if took := time.Since(began); took > room.StopTime {
			t.Errorf("it took %v to stop", took)
		}
	})
}

// forGood has the bot leave as it does when it does not come back.
func (x *stay) forGood() {
	x.end(restrict.ErrForGood)
	x.leave()
}
