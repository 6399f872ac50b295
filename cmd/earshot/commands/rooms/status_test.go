//go:build !race

package rooms

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestRoomsTellWhatIsWrong: a room's row shows what its host has to know.
func TestRoomsTellWhatIsWrong(t *testing.T) {
	const note = "this room has no chat for the bot"
	if got := trouble(models.RoomState{Room: "stage", Note: note}); got != note {
		t.Errorf("a room with a note: %q", got)
	}
	if got := trouble(models.RoomState{Room: "stage"}); got != "" {
		t.Errorf("a room where all is well: %q", got)
	}
	next := time.Date(2026, 12, 3, 20, 0, 0, 0, time.Local)
	if got := doing(models.RoomState{Room: "stage", State: "waiting", Next: next}); got != "joins 2026-12-03 20:00:00" {
		t.Errorf("a room with a schedule: %q", got)
	}
}

// TestProcessesInTables: each process has a row, each of its rooms names it, and rooms that nobody hears say so.
func TestProcessesInTables(t *testing.T) {
	nodes, rooms := processRows(models.Processes{
		Nodes: []models.NodeState{
			{
				Node: models.Node{
					ID: "a", Name: "east\x1b[1m", Version: "1.2",
					Info: models.NodeInfo{Load: 0.5, Waiting: 3, LateMS: 1240, Backend: "cpu"},
				},
				State: models.NodeAlive, SilentMS: 999, Leases: []string{"room1", "room2"}, LeaseAgeMS: 940,
			},
			{Node: models.Node{ID: "b"}, State: models.NodeSilent, SilentMS: 61_900},
		},
		Unheard: []string{"room3"},
	})
	for i, want := range []string{"east[1m|1.2|alive|now|2|900ms|50 %|3|1.2s|cpu", "b|-|silent|1m1s ago|0|-|0 %|0|0s|-"} {
		if got := strings.Join(nodes[i+1], "|"); strings.ReplaceAll(got, "\uFFFD", "") != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	var got []string
	for _, row := range rooms[1:] {
		got = append(got, row[0]+" "+row[1])
	}
	if got[0] != "room1 "+nodes[1][0] || got[1] != "room2 "+nodes[1][0] || !slices.Equal(got[2:], []string{"room3 nobody"}) {
		t.Errorf("%q", got)
	}
}
