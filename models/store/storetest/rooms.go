package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"earshot/models"
)

// fillTwoRooms stores three lines with flags in room "small", and many before and after them in room "large".
func fillTwoRooms(t *testing.T, s suite) {
	t.Helper()
	for i, ses := range []models.Session{{ID: "l1", Room: "large"}, {ID: "s1", Room: "small"}, {ID: "l2", Room: "large"}} {
		ses.Started = Start.Add(time.Duration(i) * time.Hour)
		_, err := s.StartSession(t.Context(), ses)
		Must(t, err)
		Must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: ses.ID, ID: "ana", Name: "Ana in " + ses.Room}))
		n := map[string]int{"small": 3, "large": 60}[ses.Room]
		for seq := range n {
			c := Clip(ses.ID, 1, seq+1, nil)
			c.SpeakerID = "ana"
			u := Line(c, fmt.Sprintf("common %s %d", ses.Room, seq))
			f := Flag(u, "rule.common")
			g := Flag(u, "rule."+ses.Room)
			f.Created, g.Created = ses.Started, ses.Started
			Must(t, s.Put(t.Context(), Record(u, []models.Flag{f, g})))
		}
	}
}

// testOtherRoomsShowInNothing: queries limited to a room answer as if there were no other, whatever their limit.
func testOtherRoomsShowInNothing(t *testing.T, s suite) {
	fillTwoRooms(t, s)
	small, none := models.OnlyRooms("small"), models.OnlyRooms()
	for _, only := range []models.RoomSet{small, none} {
		want := map[bool]int{true: 3, false: 0}[only.Has("small")]
		for _, q := range []models.FlagQuery{
			{Status: models.FlagOpen, Oldest: true, Limit: 6},
			{Limit: 6},
			{Rule: "rule.common", Limit: 3},
			{Speaker: "ana", Limit: 6},
			{Room: "small", Limit: 6},
		} {
			q.Only = only
			found, err := s.FindFlags(t.Context(), q)
			Must(t, err)
			if q.Rule == "" {
				Equal(t, fmt.Sprintf("flags of %+v", q), len(found), 2*want)
			} else {
				Equal(t, fmt.Sprintf("flags of %+v", q), len(found), want)
			}
			for _, p := range found {
				Equal(t, "room of a flag", p.Session.Room, "small")
			}
		}
		found, err := s.FindFlags(t.Context(), models.FlagQuery{Room: "large", Only: only})
		Must(t, err)
		Equal(t, "flags of the other room", len(found), 0)
		sessions, err := s.Sessions(t.Context(), models.SessionQuery{Only: only, Limit: 1})
		Must(t, err)
		Equal(t, "sessions", len(sessions), want/3)
		open, err := s.OpenFlags(t.Context(), only)
		Must(t, err)
		Equal(t, "open flags", open, want*2)
		rules, err := s.Rules(t.Context(), only)
		Must(t, err)
		Equal(t, "rules", len(rules), want/3*2)
		for _, r := range rules {
			Equal(t, "flags of "+r.Rule, r.Flags, 3)
		}
		for _, q := range []models.SearchQuery{{Text: "common"}, {Flagged: true}, {Speaker: "ana"}, {Rule: "rule.common"}, {From: Start}} {
			q.Only, q.Limit = only, 3
			page, err := s.Search(t.Context(), q)
			Must(t, err)
			Equal(t, fmt.Sprintf("hits of %+v", q), len(page.Hits), want)
			Equal(t, fmt.Sprintf("next page of %+v", q), page.Next, "")
		}
		_, err = s.Search(t.Context(), models.SearchQuery{Only: only})
		if !errors.Is(err, models.ErrInvalid) {
			t.Errorf("a search for nothing: %v", err)
		}
	}
	both, err := s.Search(t.Context(), models.SearchQuery{Text: "common", Only: models.OnlyRooms("small", "large"), Limit: 100})
	Must(t, err)
	Equal(t, "hits in both", len(both.Hits), 100)
}

// testAPersonIsShownAsOneRoomKnowsThem: what somebody with one identity in two rooms did in one is not shown in the other.
func testAPersonIsShownAsOneRoomKnowsThem(t *testing.T, s suite) {
	fillTwoRooms(t, s)
	here, there := models.Identity{Room: "small", SpeakerID: "ana"}, models.Identity{Room: "large", SpeakerID: "ana"}
	Must(t, s.MergePeople(t.Context(), here, there, "kim", Start))
	p, err := s.Person(t.Context(), "small", "ana", models.RoomSet{})
	Must(t, err)
	Equal(t, "rooms", len(p.Rooms()), 2)
	Equal(t, "lines", p.Lines, 123)
	p, err = s.Person(t.Context(), "small", "ana", models.OnlyRooms("small"))
	Must(t, err)
	Equal(t, "rooms", p.Rooms(), []string{"small"})
	Equal(t, "lines", p.Lines, 3)
	Equal(t, "flags", p.Open, 6)
	Equal(t, "sessions", len(p.Sessions), 1)
	Equal(t, "name", p.Name, "Ana in small")
	if _, err := s.Person(t.Context(), "large", "ana", models.OnlyRooms("small")); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("the person in the other room: %v", err)
	}
}
