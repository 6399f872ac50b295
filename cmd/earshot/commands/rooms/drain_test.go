//go:build !race

package rooms

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// watched holds the states of processes in the order in which they are read; the last one is returned forever.
type watched struct{ states [][]models.NodeState }

func (w *watched) Drain(context.Context, string, bool) (models.NodeState, error) {
	return models.NodeState{}, errors.New("not asked")
}

func (w *watched) Processes(context.Context) (*models.Processes, error) {
	now := w.states[0]
	if len(w.states) > 1 {
		w.states = w.states[1:]
	}
	return &models.Processes{Nodes: now}, nil
}

// TestDraining: the wait ends when the process is empty or has ended. It reports what is left and what nobody takes, and gives up if the
// process goes silent or is told to take rooms again, or if time runs out.
func TestDraining(t *testing.T) {
	n := func(state string, waiting int, leases ...string) []models.NodeState {
		return []models.NodeState{
			{Node: models.Node{ID: "other"}},
			{
				Node:  models.Node{ID: "e", Name: "east", Draining: true, Info: models.NodeInfo{NoRooms: true, Waiting: waiting}},
				State: state, Leases: leases,
			},
		}
	}
	undone := n(models.NodeAlive, 0, "a")
	undone[1].Draining = false
	unaware := n(models.NodeDrained, 0)
	unaware[1].Info.NoRooms = false
	busy, empty := n(models.NodeDraining, 1, "a", "b"), n(models.NodeDrained, 0)
	for _, tt := range []struct {
		name   string
		states [][]models.NodeState
		err    string
		told   []string
	}{
		{
			"it empties",
			[][]models.NodeState{unaware, busy, busy, n(models.NodeDrained, 2), empty},
			"",
			[]string{"0 rooms and 0 clips left", "2 rooms and 1 clip left", "0 rooms and 2 clips left"},
		},
		{"it ends", [][]models.NodeState{busy, {}}, "", []string{"2 rooms and 1 clip left", "east has ended"}},
		{"it dies", [][]models.NodeState{busy, n(models.NodeSilent, 0)}, "silent", []string{"2 rooms and 1 clip left"}},
		{"undone", [][]models.NodeState{undone}, "take rooms again", nil},
		{
			"nobody takes them",
			[][]models.NodeState{busy},
			"east still has 2 rooms",
			[]string{"2 rooms and 1 clip left", "nobody takes over a, b"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				_, err := drained(t.Context(), &watched{tt.states}, busy[1], time.Minute, func(s string) { told = append(told, s) })
				if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v, want %q", err, tt.err)
				}
				if len(told) != len(tt.told)+1 {
					t.Fatalf("%q", told)
				}
				for i, want := range tt.told {
					if !strings.HasPrefix(told[i+1], want) {
						t.Errorf("%q, want %q", told[i+1], want)
					}
				}
			})
		})
	}
}
