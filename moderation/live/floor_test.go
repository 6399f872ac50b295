package live

import (
	"fmt"
	"slices"
	"testing"

	"earshot/models"
)

// TestLeastHeard: viewers are told the order of who spoke least when it changes, without hosts and people who have left.
func TestLeastHeard(t *testing.T) {
	s := newScene(t, noticed, nil)
	ctx := t.Context()
	for _, who := range []string{"ana", "ben", "cem"} {
		role := models.RoleSpeaker
		if who == "ana" {
			role = models.RoleHost
		}
		if err := s.j.Speaker(ctx, models.Speaker{Session: "s1", ID: who, Name: who, Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	s.sounds("ben", 1000, 3, models.Sound{LevelDBFS: -30})
	s.say(s.line(4000, "and so on"), nil)
	s.j.Observe(ctx, models.Observation{AtMS: 9000, SpeakerID: "cem", Event: models.RoomLeave})
	var got []string
	for _, e := range s.events {
		if e.Floor != nil {
			order := []string{}
			for _, n := range e.Floor.Next {
				order = append(order, fmt.Sprint(n.SpeakerID, " ", n.TalkMS))
			}
			got = append(got, fmt.Sprint(order))
		}
	}
	if want := []string{"[ben 0]", "[ben 0 cem 0]", "[cem 0 ben 3000]", "[ben 3000]"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if f := s.LeastHeard("s1"); len(f.Next) != 0 {
		t.Errorf("%+v in a room that the bot is not in", f)
	}
	s.isThere()
	if f := s.LeastHeard("s1"); len(f.Next) != 1 || f.Next[0].SpeakerName != "ben" {
		t.Errorf("%+v", f)
	}
}
