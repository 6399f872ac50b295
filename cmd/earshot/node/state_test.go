package node

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// Who is silent, whose clock differs and which room nobody hears is said; who is well is listed with its rooms.
func TestState(t *testing.T) {
	now := time.Unix(100_000, 0)
	node := func(name string, lived, silent time.Duration, clockMS, offMS int64) models.Node {
		return models.Node{
			ID: "id-" + name, Name: name, Started: now.Add(-lived), Seen: now.Add(-silent),
			Info: models.NodeInfo{ClockMS: clockMS, ClockOffMS: offMS},
		}
	}
	east, twin := node("east", time.Hour, time.Second, 0, 1), node("east", time.Hour, time.Second, 0, 1)
	twin.ID = "id-twin"
	lease := func(id, node string, left time.Duration) models.RoomLease {
		l := models.RoomLease{Node: node, Until: now.Add(left), Now: now, Heard: now.Add(-900 * time.Millisecond)}
		l.ID, l.Origin = id, models.RoomConfigured
		return l
	}
	leaving, empty, late := east, node("west", time.Hour, 0, 0, 0), node("north", time.Hour, time.Minute, 0, 0)
	leaving.Draining, empty.Draining, late.Draining = true, true, true
	old := lease("b", "id-cpu", time.Second)
	old.Heard = now.Add(-3500 * time.Millisecond)
	cpu := node("cpu", time.Hour, time.Second, 0, 1)
	cpu.Info.Backend = "cpu"
	never := lease("r", "", 0)
	never.Until = time.UnixMilli(0)
	brought := lease("r", "id-west", -time.Minute)
	brought.Origin = models.RoomBrought
	setup := func(n models.Node, setup string, noRooms bool) models.Node {
		n.Info.Setup, n.Info.NoRooms = setup, noRooms
		return n
	}
	for _, tt := range []struct {
		name    string
		nodes   []models.Node
		leases  []models.RoomLease
		unheard []string
		says    []string // how the conditions begin; "!" before those that are a problem
	}{
		{"nobody", nil, []models.RoomLease{never}, nil, nil},
		{
			"well",
			[]models.Node{east},
			[]models.RoomLease{lease("a", "id-east", time.Second), lease("b", "id-east", 1)},
			nil,
			[]string{"Process east is alive, with 2 rooms."},
		},
		{
			"late",
			[]models.Node{cpu},
			[]models.RoomLease{lease("a", "id-cpu", time.Second), old},
			nil,
			[]string{"Process cpu is alive, with 2 rooms; it decodes on cpu, and last renewed a lease 3s ago."},
		},
		{
			"silent",
			[]models.Node{east, node("west", time.Hour, time.Minute, 5000, 0)},
			nil, nil,
			[]string{"Process east is alive, with 0 rooms.", "!Process west has been silent for 1m0s."},
		},
		{
			"not silent yet",
			[]models.Node{node("west", time.Hour, DeadAfter, 0, 0)},
			nil, nil,
			[]string{"Process west is alive"},
		},
		{
			"drained, and one that died meanwhile",
			[]models.Node{leaving, empty, late},
			[]models.RoomLease{lease("a", "id-east", time.Second)},
			nil,
			[]string{"Process east hands its rooms over: 1 room left.", "Process west is drained", "!Process north has been silent"},
		},
		{
			"begun anew",
			[]models.Node{node("east", 2*time.Hour, 90*time.Minute, 0, 0), east},
			nil, nil,
			[]string{"Process east is alive"},
		},
		{
			"two of one name, one dies",
			[]models.Node{node("east", 2*time.Hour, time.Minute, 0, 0), east},
			nil, nil,
			[]string{"!Process east has been silent", "Process east is alive"},
		},
		{
			"two of one name",
			[]models.Node{setup(east, "x", false), setup(twin, "y", false), setup(node("west", time.Hour, 0, 0, 0), "y", false)},
			[]models.RoomLease{lease("a", "id-twin", time.Second)},
			nil,
			[]string{
				"Process east (id id-east) is alive, with 0 rooms.", "Process east (id id-twin) is alive, with 1 room.", "Process west is alive",
				"!The processes have different rooms or profiles in their configurations: east (id id-east); and east (id id-twin), west.",
			},
		},
		{
			"behind",
			[]models.Node{node("west", time.Hour, 0, -10_000, 5)},
			nil, nil,
			[]string{"!The clock of process west differs from the database's by 10s."},
		},
		{
			"ahead",
			[]models.Node{node("west", time.Hour, 0, 2600, 500)},
			nil, nil,
			[]string{"!The clock of process west differs from the database's by 2.6s."},
		},
		{"perhaps ahead", []models.Node{node("west", time.Hour, 0, 2500, 500)}, nil, nil, []string{"Process west is alive"}},
		{
			"a room without an owner",
			[]models.Node{east},
			[]models.RoomLease{lease("r", "id-west", -11*time.Second), never},
			[]string{"r", "r"},
			[]string{"Process east is alive", "!No process hears 2 rooms that should be heard: r, r."},
		},
		{"not for long", []models.Node{east}, []models.RoomLease{lease("r", "id-west", -10*time.Second)}, nil, []string{"Process east is alive"}},
		{
			"all have begun just now",
			[]models.Node{node("east", 5*time.Second, 0, 0, 0)},
			[]models.RoomLease{lease("r", "id-west", -time.Hour), never},
			nil,
			[]string{"Process east is alive"},
		},
		{
			"two configurations",
			[]models.Node{setup(east, "x", false), setup(node("west", time.Hour, 0, 0, 0), "y", false), setup(cpu, "z", true), empty},
			nil,
			nil,
			[]string{
				"Process east is alive", "Process west is alive", "Process cpu is alive", "Process west is drained",
				"!The processes have different rooms or profiles in their configurations: east; and west.",
			},
		},
		{"somebody's own", []models.Node{east}, []models.RoomLease{brought}, nil, []string{"Process east is alive"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := State(tt.nodes, tt.leases, now)
			if !slices.Equal(p.Unheard, tt.unheard) {
				t.Errorf("unheard: %q", p.Unheard)
			}
			got := Conditions(p)
			if len(got) != len(tt.says) {
				t.Fatalf("%+v", got)
			}
			for i, c := range got {
				says, ill := strings.CutPrefix(tt.says[i], "!")
				if !strings.HasPrefix(c.Text, says) || c.OK == ill || (c.Hint == "") == ill {
					t.Errorf("%+v, want %q", c, tt.says[i])
				}
			}
		})
	}
}
