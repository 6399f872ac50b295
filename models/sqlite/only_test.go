package sqlite_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// twoRooms holds three lines with flags in room "small", and many before and after them in room "large".
func twoRooms(t *testing.T) *sqlite.Store {
	t.Helper()
	s := open(t)
	for i, ses := range []models.Session{{ID: "l1", Room: "large"}, {ID: "s1", Room: "small"}, {ID: "l2", Room: "large"}} {
		ses.Started = start.Add(time.Duration(i) * time.Hour)
		_, err := s.StartSession(t.Context(), ses)
		must(t, err)
		must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: ses.ID, ID: "ana", Name: "Ana in " + ses.Room}))
		n := map[string]int{"small": 3, "large": 60}[ses.Room]
		for seq := range n {
			c := clip(ses.ID, 1, seq+1, nil)
			c.SpeakerID = "ana"
			u := utterance(c, fmt.Sprintf("common %s %d", ses.Room, seq))
			f := flag(u, "rule.common")
			g := flag(u, "rule."+ses.Room)
			f.Created, g.Created = ses.Started, ses.Started
			must(t, s.Put(t.Context(), record(u, []models.Flag{f, g})))
		}
	}
	return s
}

// TestOtherRoomsShowInNothing: queries held to a room answer as if there were no other, whatever their limit.
func TestOtherRoomsShowInNothing(t *testing.T) {
	s := twoRooms(t)
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
			must(t, err)
			if q.Rule == "" {
				equal(t, fmt.Sprintf("flags of %+v", q), len(found), 2*want)
			} else {
				equal(t, fmt.Sprintf("flags of %+v", q), len(found), want)
			}
			for _, p := range found {
				equal(t, "room of a flag", p.Session.Room, "small")
			}
		}
		found, err := s.FindFlags(t.Context(), models.FlagQuery{Room: "large", Only: only})
		must(t, err)
		equal(t, "flags of the other room", len(found), 0)
		sessions, err := s.Sessions(t.Context(), models.SessionQuery{Only: only, Limit: 1})
		must(t, err)
		equal(t, "sessions", len(sessions), want/3)
		rules, err := s.Rules(t.Context(), only)
		must(t, err)
		equal(t, "rules", len(rules), want/3*2)
		for _, r := range rules {
			equal(t, "flags of "+r.Rule, r.Flags, 3)
		}
		for _, q := range []models.SearchQuery{{Text: "common"}, {Flagged: true}, {Speaker: "ana"}, {Rule: "rule.common"}, {From: start}} {
			q.Only, q.Limit = only, 3
			page, err := s.Search(t.Context(), q)
			must(t, err)
			equal(t, fmt.Sprintf("hits of %+v", q), len(page.Hits), want)
			equal(t, fmt.Sprintf("next page of %+v", q), page.Next, "")
		}
		_, err = s.Search(t.Context(), models.SearchQuery{Only: only})
		if !errors.Is(err, models.ErrInvalid) {
			t.Errorf("a search for nothing: %v", err)
		}
	}
	both, err := s.Search(t.Context(), models.SearchQuery{Text: "common", Only: models.OnlyRooms("small", "large"), Limit: 100})
	must(t, err)
	equal(t, "hits in both", len(both.Hits), 100)
}

// TestAPersonIsShownAsOneRoomKnowsThem: what somebody who is one person in two rooms did in the one does not show in the other.
func TestAPersonIsShownAsOneRoomKnowsThem(t *testing.T) {
	s := twoRooms(t)
	here, there := models.Identity{Room: "small", SpeakerID: "ana"}, models.Identity{Room: "large", SpeakerID: "ana"}
	must(t, s.MergePeople(t.Context(), here, there, "kim", start))
	p, err := s.Person(t.Context(), "small", "ana", models.RoomSet{})
	must(t, err)
	equal(t, "rooms", len(p.Rooms()), 2)
	equal(t, "lines", p.Lines, 123)
	p, err = s.Person(t.Context(), "small", "ana", models.OnlyRooms("small"))
	must(t, err)
	equal(t, "rooms", p.Rooms(), []string{"small"})
	equal(t, "lines", p.Lines, 3)
	equal(t, "flags", p.Open, 6)
	equal(t, "sessions", len(p.Sessions), 1)
	equal(t, "name", p.Name, "Ana in small")
	if _, err := s.Person(t.Context(), "large", "ana", models.OnlyRooms("small")); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("the person in the other room: %v", err)
	}
}
