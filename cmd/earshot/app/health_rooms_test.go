package app

import (
	"strings"
	"testing"

	"earshot/models"
)

// published records what is published.
type published []models.Event

func (p *published) Publish(e models.Event) uint64 {
	*p = append(*p, e)
	return uint64(len(*p))
}

// TestRoomsAreTold: pages are told once of each change of a room and of the conditions, and not of anything that is unchanged.
func TestRoomsAreTold(t *testing.T) {
	var out published
	var rooms []models.RoomState
	var conditions []models.Condition
	w := roomWatch{
		hub: &out, states: func() []models.RoomState { return rooms }, health: func() []models.Condition { return conditions },
	}
	attic := models.RoomState{Room: "attic", Session: "s1", State: "listening"}
	unreachable := attic
	unreachable.State, unreachable.Problem = "waiting", "no route"
	deaf := attic
	deaf.Deaf = []string{"Ana"}
	for _, tt := range []struct {
		name       string
		rooms      []models.RoomState
		conditions []models.Condition
		want       string // the states that are told, or "health"
	}{
		{"at the start", nil, nil, ""},
		{"a room comes", []models.RoomState{attic}, nil, "listening"},
		{"as before", []models.RoomState{attic}, nil, ""},
		{"unreachable", []models.RoomState{unreachable}, nil, "waiting"},
		{"deaf", []models.RoomState{deaf}, nil, "listening"},
		{"deaf as before", []models.RoomState{deaf}, nil, ""},
		{"broken rules", []models.RoomState{deaf}, []models.Condition{{Text: "The rule files have errors."}}, "health"},
		{"still broken", []models.RoomState{deaf}, []models.Condition{{Text: "The rule files have errors."}}, ""},
		{"mended, and left", nil, nil, "ended health"},
	} {
		out, rooms, conditions = nil, tt.rooms, tt.conditions
		w.look()
		got := ""
		for _, e := range out {
			if e.Health != nil {
				got += " health"
				continue
			}
			got += " " + e.Room.State
			if e.SessionID != "s1" {
				t.Errorf("%s: told of session %q", tt.name, e.SessionID)
			}
		}
		if got = strings.TrimSpace(got); got != tt.want {
			t.Errorf("%s: told %q, want %q", tt.name, got, tt.want)
		}
	}
}
