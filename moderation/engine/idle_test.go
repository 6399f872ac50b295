//go:build !race

package engine

import (
	"testing"
	"time"

	"earshot/models"
)

// TestTitleWithoutWords checks the title of a flag whose placeholder for words is empty: what remains of it without them.
func TestTitleWithoutWords(t *testing.T) {
	for title, want := range map[string]string{"Too much: {{match}}": "Too much", "{{match}} was said": "a", "Plain": "Plain"} {
		set := mustLoad(t, "schema: 1\nrules: [{id: a, when: {any: [{says: {phrase: buy now}}, {floor: {turn_over: 5s}}]}, "+
			"then: [flag: {title: \""+title+"\"}]}]\n")
		s := NewSession(set, models.Session{ID: "s", Started: time.Unix(0, 0)})
		var got []string
		for i := range int64(10) {
			second := models.Span{StartMS: i * 1000, EndMS: i*1000 + 1000}
			for _, f := range s.Observe(models.Observation{AtMS: second.EndMS, SpeakerID: "ana", Voiced: []models.Span{second}}).Flags {
				got = append(got, f.Title)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: titles %q, want %q", title, got, want)
		}
	}
}

// TestChosenForTheRoom checks that a message to the room that a host has approved still goes to the room.
func TestChosenForTheRoom(t *testing.T) {
	set := mustLoad(t, "schema: 1\nrules: [{id: a, when: {room: {joins: \">=1\"}}, then: [nudge: {to: room, text: Welcome}]}]\n")
	s := NewSession(set, models.Session{ID: "s", Started: time.Unix(0, 0)})
	out := s.Observe(models.Observation{AtMS: 1000, SpeakerID: "ana", Event: models.RoomJoin})
	if len(out.Decisions) != 1 {
		t.Fatalf("decisions %+v", out.Decisions)
	}
	answer, err := s.Answer(out.Decisions[0].ID, "host", "nudge", time.Unix(2, 0))
	if err != nil || len(answer.Actions) != 1 {
		t.Fatalf("%v; actions %+v", err, answer.Actions)
	}
	if a := answer.Actions[0]; a.Verb != models.VerbMessage || a.TargetID != "" || a.Text != "Welcome" {
		t.Errorf("%s to %q: %q; want a message to the room", a.Verb, a.TargetID, a.Text)
	}
}
