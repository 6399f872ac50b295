package restrict_test

import (
	"slices"
	"testing"
	"time"

	"earshot/bot"
	"earshot/models"
)

// TestLongerOneHolds: whichever of two comes first, the one that ends later ends what they do.
func TestLongerOneHolds(t *testing.T) {
	for name, c := range map[string]struct {
		first, second time.Duration
		until         time.Duration // from the beginning; 0: for good
	}{
		"longer later":  {10 * time.Second, time.Minute, time.Minute},
		"longer first":  {time.Minute, 10 * time.Second, time.Minute},
		"endless later": {10 * time.Second, 0, 0},
		"endless first": {0, 10 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, everything, func(t *testing.T, s *server, r *record) {
				s.comes("ana")
				x := begin(t, s, r)
				x.act(t, "a", models.VerbMute, c.first)
				x.act(t, "b", models.VerbMute, c.second)
				time.Sleep(50 * time.Second)
				if !s.is(models.VerbMute, "ana") {
					t.Error("the shorter one ended the longer one")
				}
				time.Sleep(time.Hour)
				if s.is(models.VerbMute, "ana") != (c.until == 0) {
					t.Errorf("an hour later: muted %v", s.is(models.VerbMute, "ana"))
				}
				for id, a := range r.actions() {
					if a.State == models.ActionPlanned || a.State == models.ActionSent {
						t.Errorf("%s stands as %q", id, a.State)
					}
				}
			})
		})
	}
}

// TestFailureLeavesWhatHeld: an action that fails ends nothing that holds, and leaves nothing behind.
func TestFailureLeavesWhatHeld(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "a", models.VerbBan, 30*time.Second)
		s.mu.Lock()
		s.fails = bot.Refuse("not this one", nil)
		s.mu.Unlock()
		if a := x.act(t, "b", models.VerbBan, time.Hour); a.State != models.ActionFailed {
			t.Fatal(a)
		}
		if a := x.act(t, "c", models.VerbToAudience, time.Hour); a.State != models.ActionFailed {
			t.Fatal(a)
		}
		s.mu.Lock()
		s.fails = nil
		s.mu.Unlock()
		time.Sleep(time.Minute)
		if s.is(models.VerbBan, "ana") || r.state("a-end") != models.ActionSeen || len(r.all()) > 0 {
			t.Errorf("banned %v, the end %q, in force %+v", s.is(models.VerbBan, "ana"), r.state("a-end"), r.all())
		}
	})
}

// TestWhatIsTakenBackNeedsNoEnd: a host lets somebody speak again before the time.
func TestWhatIsTakenBackNeedsNoEnd(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		for _, verb := range []models.Verb{models.VerbMute, models.VerbToAudience, models.VerbBan} {
			x.act(t, string(verb), verb, time.Minute)
			x.act(t, "no-"+string(verb), verb.Undo(), 0)
			if r.state(models.EndOf(string(verb))) != models.ActionUndone {
				t.Errorf("the end of %s stands as %q", verb, r.state(models.EndOf(string(verb))))
			}
		}
		n := len(s.ordered())
		time.Sleep(2 * time.Minute)
		if got := s.ordered(); len(got) != n || len(r.all()) > 0 {
			t.Errorf("orders after all was taken back: %v, in force %+v", got[n:], r.all())
		}
	})
}

// TestHostUnmutesWherePeopleDoItThemselves: the server lets nobody open another's microphone; the bot keeps it shut no longer.
func TestHostUnmutesWherePeopleDoItThemselves(t *testing.T) {
	inBubble(t, selfish(), func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 0)
		s.mu.Lock()
		s.fails = bot.Refuse("nobody may unmute others", nil)
		s.mu.Unlock()
		x.act(t, "u", models.VerbUnmute, 0)
		s.set(models.VerbMute, "ana", false)
		n := len(s.ordered())
		time.Sleep(time.Minute)
		if got := s.ordered(); len(got) != n || len(r.all()) > 0 {
			t.Errorf("orders after the host let her speak: %v", got[n:])
		}
	})
}

// TestCrashBeforeTheEffectIsKnown: the program died between the order and the look. The next stay finds out, and ends it.
func TestCrashBeforeTheEffectIsKnown(t *testing.T) {
	for name, inForce := range map[string]bool{"it took effect": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, everything, func(t *testing.T, s *server, r *record) {
				s.comes("ana")
				s.set(models.VerbMute, "ana", inForce)
				a := models.Action{
					ID: "m", Session: "s1", Verb: models.VerbMute, TargetID: "ana", ForMS: 20_000, State: models.ActionSent, By: "rule", Sent: time.Now(),
				}
				_ = r.SetAction(t.Context(), a)
				_ = r.PutRestriction(t.Context(), models.Restriction{
					Room: "r1", Person: "ana", Verb: a.Verb, Action: "m", Session: "s1", By: "rule", Since: a.Sent, Until: a.Sent.Add(20 * time.Second),
				})
				begin(t, s, r)
				time.Sleep(5 * time.Second)
				want := models.ActionFailed
				if inForce {
					want = models.ActionSeen
				}
				if r.state("m") != want || (r.state("m-end") == models.ActionPlanned) != inForce {
					t.Errorf("the mute %q, its end %q", r.state("m"), r.state("m-end"))
				}
				time.Sleep(time.Minute)
				if s.is(models.VerbMute, "ana") || len(r.all()) > 0 {
					t.Errorf("after its time: muted %v, in force %+v", s.is(models.VerbMute, "ana"), r.all())
				}
			})
		})
	}
}

// TestTakenBackWhileTheBotWasAway: what nobody was there to take back ends when the bot comes.
func TestTakenBackWhileTheBotWasAway(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, 0)
		x.leave()
		for _, held := range r.all() {
			held.Until = time.Now()
			if err := r.PutRestriction(t.Context(), held); err != nil {
				t.Fatal(err)
			}
		}
		begin(t, s, r)
		time.Sleep(5 * time.Second)
		if s.is(models.VerbMute, "ana") || r.state("m-end") != models.ActionSeen {
			t.Errorf("muted %v, the end %q", s.is(models.VerbMute, "ana"), r.state("m-end"))
		}
	})
}

// TestNewcomersListenOnly: who came within two minutes before the order, and whoever comes in its ten minutes, is moved to the
// audience, and back at its end. Who was there before the bot, or is let speak again by a host, is not touched.
func TestNewcomersListenOnly(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		time.Sleep(10 * time.Second)
		s.comes("ben")
		time.Sleep(5 * time.Minute)
		s.comes("cem")
		time.Sleep(time.Minute)
		a := models.Action{ID: "n", Session: "s1", Verb: models.VerbNewcomersListen, By: "host"}
		_ = r.SetAction(t.Context(), a)
		if a, err := x.Do(t.Context(), a); err != nil || a.State != models.ActionSeen || a.ForMS != 600_000 {
			t.Fatal(a, err)
		}
		time.Sleep(time.Minute)
		s.comes("dan")
		time.Sleep(5 * time.Second)
		in := func() (out []string) {
			for _, id := range []string{"ana", "ben", "cem", "dan"} {
				if s.is(models.VerbToAudience, id) {
					out = append(out, id)
				}
			}
			return out
		}
		if got := in(); !slices.Equal(got, []string{"cem", "dan"}) || r.state("n-cem") != models.ActionSeen {
			t.Errorf("in the audience: %v; %+v", got, r.actions())
		}
		b := models.Action{ID: "b", Session: "s1", Verb: models.VerbToStage, TargetID: "cem", By: "host"}
		_ = r.SetAction(t.Context(), b)
		if _, err := x.Do(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := in(); !slices.Equal(got, []string{"dan"}) {
			t.Errorf("a host let Cem speak: %v are in the audience", got)
		}
		time.Sleep(10 * time.Minute)
		s.comes("eve")
		time.Sleep(5 * time.Second)
		if got := in(); len(got) > 0 || s.is(models.VerbToAudience, "eve") || len(r.all()) > 0 {
			t.Errorf("after ten minutes: %v, %+v", got, r.all())
		}
	})
}
