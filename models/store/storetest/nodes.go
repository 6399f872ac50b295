package storetest

import (
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// testNodes: the processes that serve the store are listed with their details, by the database's clock.
func testNodes(t *testing.T, s suite) {
	ctx := t.Context()
	beat := func(n models.Node) time.Time {
		t.Helper()
		now, drain, err := s.Beat(ctx, n)
		Must(t, err)
		Equal(t, "told to "+n.ID, drain, n.Draining)
		return now
	}
	list := func() []models.Node {
		t.Helper()
		nodes, now, err := s.Nodes(ctx)
		Must(t, err)
		for i, n := range nodes {
			if n.Seen.Before(n.Started) || now.Before(n.Seen) {
				t.Errorf("%s: started %v, seen %v, now %v", n.ID, n.Started, n.Seen, now)
			}
			nodes[i].Started, nodes[i].Seen = time.Time{}, time.Time{}
		}
		return nodes
	}
	Equal(t, "at first", list(), []models.Node(nil))
	b := models.Node{ID: "n2", Name: "west", Version: "1.2"}
	a := models.Node{ID: "n1", Name: "east\x00", Version: "1.1", Info: models.NodeInfo{Rooms: 2, Load: 0.5, Backend: "cpu", ClockMS: -3}}
	beat(b)
	first := beat(a)
	a.Name, a.Info.Rooms = "east ", 3
	if second := beat(a); second.Before(first) {
		t.Errorf("beats at %v, then at %v", first, second)
	}
	Equal(t, "nodes", list(), []models.Node{a, b})
	Must(t, s.DrainNode(ctx, "n2", true))
	b.Draining = true
	Equal(t, "one is to be drained", list(), []models.Node{a, b})
	beat(b)
	Must(t, s.DrainNode(ctx, "n2", false))
	b.Draining = false
	beat(b)
	WantErr(t, "nobody is drained", s.DrainNode(ctx, "n3", true), models.ErrNotFound)
	Must(t, s.SweepNodes(ctx, time.Hour))
	Equal(t, "of this hour", list(), []models.Node{a, b})
	Must(t, s.LeaveNode(ctx, "n1"))
	Must(t, s.LeaveNode(ctx, "n1"))
	Equal(t, "one left", list(), []models.Node{b})
	waittest.Until(t, "the silent node is removed", func() bool {
		Must(t, s.SweepNodes(ctx, 0))
		return len(list()) == 0
	})
	_, _, err := s.Beat(ctx, models.Node{ID: "no id"})
	WantErr(t, "an id with a space", err, models.ErrInvalid)
}
