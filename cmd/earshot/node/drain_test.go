package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// roster is a record with some nodes, all of which live, and rooms.
type roster struct {
	nodes  []models.Node
	leases []models.RoomLease
	asked  string
}

var rosterNow = time.Unix(1000, 0)

func (r *roster) Nodes(context.Context) ([]models.Node, time.Time, error) {
	return r.nodes, rosterNow, nil
}

func (r *roster) RoomLeases(context.Context) ([]models.RoomLease, error) { return r.leases, nil }

func (r *roster) DrainNode(_ context.Context, id string, on bool) error {
	r.asked += fmt.Sprintf("%s %v ", id, on)
	return nil
}

// TestDrain: a process is named by its id or its name; nothing is asked of one that is unknown, one of several with the name, one that is
// silent, or the last one that takes rooms.
func TestDrain(t *testing.T) {
	node := func(id, name string) models.Node {
		return models.Node{ID: id, Name: name, Started: rosterNow, Seen: rosterNow}
	}
	silent, decodes, drained := node("s", "north"), node("d", "decoder"), node("x", "south")
	silent.Started, silent.Seen = rosterNow.Add(-time.Hour), rosterNow.Add(-time.Minute)
	decodes.Info.NoRooms, drained.Draining = true, true
	last := []models.Node{node("e", "east"), decodes, silent, drained}
	two := append([]models.Node{node("w", "west")}, last...)
	for _, tt := range []struct {
		name, word string
		nodes      []models.Node
		on         bool
		want       error
		says       string // or what is asked
	}{
		{"by name", "east", two, true, nil, "e true "},
		{"by id", "e", two, true, nil, "e true "},
		{"undone", "south", last, false, nil, "x false "},
		{"unknown", "moon", two, true, models.ErrNotFound, `"moon"`},
		{"silent", "s", two, true, models.ErrConflict, "north is silent"},
		{"silent, by name", "north", two, true, models.ErrNotFound, `"north"`},
		{"several", "east", append(two, node("e2", "east")), true, models.ErrConflict, "2 processes"},
		{"the last one", "east", last, true, models.ErrConflict, "could take the rooms of east"},
		{"the last one again takes rooms", "east", last, false, nil, "e false "},
		{"one that only decodes", "decoder", last, true, nil, "d true "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &roster{nodes: tt.nodes}
			_, err := Drain(t.Context(), r, tt.word, tt.on)
			switch {
			case !errors.Is(err, tt.want) || err != nil && !strings.Contains(err.Error(), tt.says):
				t.Errorf("%v", err)
			case err == nil && r.asked != tt.says, err != nil && r.asked != "":
				t.Errorf("asked %q", r.asked)
			}
		})
	}
}
