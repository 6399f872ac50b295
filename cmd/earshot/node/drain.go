package node

import (
	"context"
	"fmt"
	"slices"
	"time"

	"earshot/models"
)

// DrainStore is where processes are asked to hand their rooms over: store.Nodes and store.Leases.
type DrainStore interface {
	Nodes(ctx context.Context) (nodes []models.Node, now time.Time, err error)
	RoomLeases(ctx context.Context) ([]models.RoomLease, error)
	DrainNode(ctx context.Context, id string, on bool) error
}

// Read tells how the processes are that share a record.
func Read(ctx context.Context, s DrainStore) (models.Processes, error) {
	nodes, now, err := s.Nodes(ctx)
	if err != nil {
		return models.Processes{}, err
	}
	leases, err := s.RoomLeases(ctx)
	if err != nil {
		return models.Processes{}, err
	}
	return State(nodes, leases, now), nil
}

// Drain asks a process, named by its id or its name, to hand its rooms over and take no more, or to take rooms again. It does not wait,
// and returns the process as it was. models.ErrNotFound: there is none; models.ErrConflict: several have the name, it is silent, or no
// other process could take its rooms.
func Drain(ctx context.Context, s DrainStore, word string, on bool) (models.NodeState, error) {
	p, err := Read(ctx, s)
	if err != nil {
		return models.NodeState{}, err
	}
	n, err := find(p.Nodes, word)
	if err != nil {
		return n, err
	}
	heir := func(o models.NodeState) bool { return o.ID != n.ID && o.State != models.NodeSilent && accepts(o.Node) }
	if on && (len(n.Leases) > 0 || !n.Info.NoRooms) && !slices.ContainsFunc(p.Nodes, heir) {
		return n, errNoHeir(n)
	}
	return n, s.DrainNode(ctx, n.ID, on)
}

// errNoHeir means that nobody could take a process's rooms.
func errNoHeir(n models.NodeState) error {
	return models.WithHint(
		fmt.Errorf("%w: no other process could take the rooms of %s", models.ErrConflict, n.Called()),
		"start another one (\"earshot serve\" with the same configuration) and try again; to stop this one all the same, stop it: it leaves its "+
			"rooms, and goes back when it starts",
	)
}

// find finds a process that lives by its id or its name.
func find(nodes []models.NodeState, word string) (models.NodeState, error) {
	var found []models.NodeState
	for _, n := range nodes {
		switch {
		case n.ID == word:
			return n, living(n)
		case n.Name == word && n.State != models.NodeSilent:
			found = append(found, n)
		}
	}
	const list = `"earshot status --processes --json" lists them with their ids`
	switch len(found) {
	case 0:
		return models.NodeState{}, models.WithHint(fmt.Errorf("%w: no process %q runs on this database", models.ErrNotFound, word), list)
	case 1:
		return found[0], nil
	}
	return models.NodeState{}, models.WithHint(fmt.Errorf("%w: %d processes are named %q", models.ErrConflict, len(found), word),
		list+", and the setting node gives each a different name")
}

func living(n models.NodeState) error {
	if n.State == models.NodeSilent {
		return fmt.Errorf("%w: process %s is silent; others take over its rooms", models.ErrConflict, n.Called())
	}
	return nil
}
