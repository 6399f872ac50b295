package sqlite_test

import (
	"testing"
	"time"

	"earshot/models"
)

// TestRestrictions: one of each kind a person, in the room that they hold in; what replaces one takes all of its place.
func TestRestrictions(t *testing.T) {
	s := open(t)
	mute := models.Restriction{
		Room: "r1", Person: "ana", Name: "Ana", Verb: models.VerbMute, Action: "a1", Session: "s1", Decision: "d1", By: "rule",
		Since: start, Seen: start.Add(time.Second), Until: start.Add(time.Minute),
	}
	ban, elsewhere, longer := mute, mute, mute
	ban.Verb, ban.Until, ban.Seen = models.VerbBan, time.Time{}, time.Time{}
	elsewhere.Room = "r2"
	longer.Action, longer.Until = "a2", time.Time{}
	for _, r := range []models.Restriction{mute, ban, elsewhere, longer} {
		must(t, s.PutRestriction(t.Context(), r))
	}
	got, err := s.Restrictions(t.Context(), "r1")
	must(t, err)
	equal(t, "in force", got, []models.Restriction{ban, longer})
	must(t, s.EndRestriction(t.Context(), "r1", "ana", models.VerbMute))
	must(t, s.EndRestriction(t.Context(), "r1", "ana", models.VerbMute))
	got, err = s.Restrictions(t.Context(), "r1")
	must(t, err)
	equal(t, "in force", got, []models.Restriction{ban})
}

// TestOverduePlans are those that are past doing, but for the ends of what is in force.
func TestOverduePlans(t *testing.T) {
	s := open(t)
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: start})
	must(t, err)
	plan := func(id string, created time.Time) models.Action {
		return models.Action{ID: id, Session: "s1", Verb: models.VerbUnmute, TargetID: "ana", State: models.ActionPlanned, Created: created}
	}
	old := plan("old", start)
	must(t, s.Put(t.Context(), models.Record{
		Session: "s1", Actions: []models.Action{old, plan(models.EndOf("mute"), start), plan("new", start.Add(time.Minute))},
	}))
	must(t, s.PutRestriction(
		t.Context(), models.Restriction{Room: "r1", Person: "ana", Verb: models.VerbMute, Action: "mute", Session: "s1", Since: start},
	))
	got, err := s.OverduePlans(t.Context(), start.Add(time.Second))
	must(t, err)
	equal(t, "overdue", got, []models.Action{old})
}
