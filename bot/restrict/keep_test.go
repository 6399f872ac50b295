package restrict_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/models"
)

// selfish is a room in which people can undo a mute themselves.
func selfish() bot.Capabilities {
	can := everything
	can.SelfUnmute = true
	return can
}

// TestMuteThatIsUndoneIsSetAgain: who undoes a mute before its time is muted again, and the third time moved to the audience,
// which is an action of its own; all of it ends with the minute, and no microphone is opened by it.
func TestMuteThatIsUndoneIsSetAgain(t *testing.T) {
	inBubble(t, selfish(), func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, time.Minute)
		for range 3 {
			time.Sleep(10 * time.Second)
			s.set(models.VerbMute, "ana", false) // she opens her microphone again
		}
		time.Sleep(10 * time.Second)
		want := []models.Verb{models.VerbMute, models.VerbMute, models.VerbMute, models.VerbToAudience}
		if got := s.ordered(); !slices.Equal(got, want) {
			t.Errorf("orders %v, want %v", got, want)
		}
		if !s.is(models.VerbToAudience, "ana") || r.state("m-to_audience") != models.ActionSeen {
			t.Errorf("in the audience %v; the record says %q", s.is(models.VerbToAudience, "ana"), r.state("m-to_audience"))
		}
		if len(x.notes) != 3 || !strings.Contains(<-x.notes, "reapplied") {
			t.Errorf("%d notes", len(x.notes))
		}
		time.Sleep(time.Minute)
		if s.is(models.VerbToAudience, "ana") || r.state("m-to_audience-end") != models.ActionSeen || r.state("m-end") != models.ActionSeen ||
			len(r.all()) > 0 {
			t.Errorf("after its time: %+v, %+v", r.all(), r.actions())
		}
		if got := s.ordered(); slices.Contains(got, models.VerbUnmute) {
			t.Errorf("a microphone was opened for somebody: %v", got)
		}
	})
}

// TestMuteIsNotSetAgainAfterItsTime, nor when a host took it back in a room where only hosts can.
func TestMuteIsNotSetAgain(t *testing.T) {
	for name, can := range map[string]bot.Capabilities{"after its time": selfish(), "taken back by a host": everything} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, can, func(t *testing.T, s *server, r *record) {
				s.comes("ana")
				x := begin(t, s, r)
				x.act(t, "m", models.VerbMute, time.Minute)
				if can.SelfUnmute {
					time.Sleep(70 * time.Second)
				} else {
					time.Sleep(10 * time.Second)
				}
				s.set(models.VerbMute, "ana", false)
				time.Sleep(20 * time.Second)
				if got := s.ordered(); s.is(models.VerbMute, "ana") || len(got) != 1 || len(r.all()) > 0 {
					t.Errorf("orders %v, in force %+v", got, r.all())
				}
			})
		})
	}
}

// TestWhoComesBackIsMutedStill: leaving the room and coming back takes nothing off.
func TestWhoComesBackIsMutedStill(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "m", models.VerbMute, time.Minute)
		time.Sleep(5 * time.Second)
		s.goes("ana")
		s.set(models.VerbMute, "ana", false) // the server forgets it
		time.Sleep(5 * time.Second)
		s.comes("ana")
		time.Sleep(5 * time.Second)
		if !s.is(models.VerbMute, "ana") {
			t.Error("Ana came back and speaks")
		}
		s.goes("ana")
		time.Sleep(2 * time.Minute)
		if r.state("m-end") != models.ActionPlanned {
			t.Errorf("the end of a mute of somebody who is not there: %q", r.state("m-end"))
		}
		s.comes("ana")
		time.Sleep(3 * time.Second)
		if s.is(models.VerbMute, "ana") || r.state("m-end") != models.ActionSeen {
			t.Errorf("Ana comes after the end: muted %v, %q", s.is(models.VerbMute, "ana"), r.state("m-end"))
		}
	})
}

// TestNextStayGoesOn: the bot is away while a mute ends, and while another still holds; the next stay ends the one and keeps
// the other.
func TestNextStayGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		can    bot.Capabilities
		long   time.Duration
		forgot bool // the server does, meanwhile
		muted  bool
		end    models.ActionState
	}{
		"it is over":                    {everything, 30 * time.Second, false, false, models.ActionSeen},
		"it holds":                      {everything, time.Hour, false, true, models.ActionPlanned},
		"it holds, the server forgot":   {everything, time.Hour, true, true, models.ActionPlanned},
		"it holds, and can be undone":   {selfish(), time.Hour, true, true, models.ActionPlanned},
		"it is over, and can be undone": {selfish(), 30 * time.Second, false, true, models.ActionSeen}, // whose microphone it is opens it
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, c.can, func(t *testing.T, s *server, r *record) {
				s.comes("ana")
				x := begin(t, s, r)
				x.act(t, "m", models.VerbMute, c.long)
				x.leave()
				if a := r.get("m-end"); a.State != models.ActionFailed || !strings.Contains(a.Error, "the bot is no longer in the room") {
					t.Errorf("left behind: %q %q", a.State, a.Error)
				}
				if c.forgot {
					s.set(models.VerbMute, "ana", false)
				}
				time.Sleep(time.Minute)
				begin(t, s, r)
				time.Sleep(5 * time.Second)
				if s.is(models.VerbMute, "ana") != c.muted || r.state("m-end") != c.end {
					t.Errorf("in the next stay: muted %v, the end %q", s.is(models.VerbMute, "ana"), r.state("m-end"))
				}
			})
		})
	}
}

// TestEndThatFailsIsTriedAgain, after a while, and the record says so meanwhile.
func TestEndThatFailsIsTriedAgain(t *testing.T) {
	inBubble(t, everything, func(t *testing.T, s *server, r *record) {
		s.comes("ana")
		x := begin(t, s, r)
		x.act(t, "b", models.VerbBan, 10*time.Second)
		s.mu.Lock()
		s.fails = bot.Refuse("not now", nil)
		s.mu.Unlock()
		time.Sleep(20 * time.Second)
		if a := r.get("b-end"); a.State != models.ActionFailed || !strings.Contains(a.Error, "not now") {
			t.Errorf("%q %q", a.State, a.Error)
		}
		s.mu.Lock()
		s.fails = nil
		s.mu.Unlock()
		time.Sleep(30 * time.Second)
		if s.is(models.VerbBan, "ana") || r.state("b-end") != models.ActionSeen || len(r.all()) > 0 {
			t.Errorf("banned %v, the end %q", s.is(models.VerbBan, "ana"), r.state("b-end"))
		}
	})
}
