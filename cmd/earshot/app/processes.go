package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/node"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/events"
	"earshot/transcribe/sharing"
)

// processes connects this process with others that share the record.
type processes struct {
	// node is this process among them.
	node *node.Node
	// watched is what pages watch: the events of all processes. It is the App's Hub where nobody else can share the record.
	watched *events.Hub
	relay   *events.Relay // nil: nobody else
	hear    func(models.AccessChange)
	sharer  *sharing.Sharer // nil: nobody else
	store   Record
	// oneRoom says that the process is in one room and takes no others.
	oneRoom *atomic.Bool
	setup   string // see models.NodeInfo
}

// setupOf is a hash of the settings that are meant to be the same in all processes.
func setupOf(c configs.Config) string {
	shared, err := json.Marshal([]any{c.Rooms, c.ProfileNames()})
	if err != nil {
		return "" // it is compared with nothing
	}
	return fmt.Sprintf("%x", sha256.Sum256(shared))[:16]
}

// openProcesses finds out whether the record is shared.
func (a *App) openProcesses() processes {
	who := identity(a.Options, a.Store, a.nodeInfo)
	who.Drain = a.drained
	p := processes{node: node.New(who), watched: a.Hub, store: a.Store, oneRoom: &atomic.Bool{}, setup: setupOf(a.Config)}
	if shared, ok := a.Store.(store.Shared); ok {
		p.watched = events.NewHub(events.HubConfig{Lineage: shared.Lineage()})
		p.relay = &events.Relay{Here: a.Hub, Pages: p.watched, Events: shared, Log: a.Log}
		a.access.members.Share(func(c models.AccessChange) {
			c.Node = p.node.ID()
			a.Hub.Publish(models.Event{Access: &c})
		})
		p.hear = a.access.members.Hear
	}
	return p
}

// run keeps the connection until the context ends.
func (p processes) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.node.Run(ctx) })
	if p.relay != nil {
		group.Go(func() error { return p.relay.Run(ctx) })
		group.Go(func() error { p.watched.FollowAccess(ctx, p.others); return nil })
	}
	return group.Wait()
}

// others takes note of what other processes tell of those who use the pages.
func (p processes) others(c models.AccessChange) {
	if c.Node != p.node.ID() {
		p.hear(c)
	}
}

// identity is who this process is among others that share the record.
func identity(o Options, record Record, info func() models.NodeInfo) node.Config {
	c := node.Config{Name: o.Config.Node, Version: o.Version, Info: info, Log: o.Log}
	if c.Name == "" {
		c.Name, _ = os.Hostname() // without one it has its id
	}
	if _, ok := record.(store.Shared); ok {
		c.Store, c.Work = record, record
	}
	return c
}

// drained has other processes take the rooms and decode their own clips, or ends that. The node calls it, which runs beside the fleet.
func (a *App) drained(on bool) {
	a.Log.Info("asked to hand the rooms over or to take rooms again", "drained", on)
	a.Fleet.Drain(on)
	a.sharer.Rest(on)
}

// peers lists the processes that take rooms.
func (a *App) peers(ctx context.Context) (out []fleet.Peer, err error) {
	all, now, err := a.Store.Nodes(ctx)
	for _, n := range all {
		if node.TakesRooms(n, now) {
			free := now.Sub(n.Seen) <= node.DeadAfter/2 && n.Info.Load < a.Config.LiveKit.LoadThreshold
			out = append(out, fleet.Peer{Node: n.ID, Cores: n.Info.Cores, Free: free})
		}
	}
	return out, err
}

// nodeInfo is what this process says of itself.
func (a *App) nodeInfo() models.NodeInfo {
	text := a.text.Stats()
	return models.NodeInfo{
		Rooms: a.Sessions.InRooms(), Load: a.rooms.load.Read(), Waiting: text.Queued + text.Working, LateMS: text.Overdue.Milliseconds(),
		Backend: a.Model().Backend(), Slots: len(a.Model().Engines), Cores: runtime.GOMAXPROCS(0), Setup: a.setup,
		NoRooms: a.oneRoom.Load() || !a.Fleet.Takes(),
	}
}

// decoding is what the decoders did, for how busy they are.
func (a *App) decoding() fleet.Decoding { return decodingOf(a.text) }

// drain has a process hand its rooms over, or take rooms again; "" is this one.
func (p processes) drain(ctx context.Context, process string, on bool) (models.NodeState, error) {
	if !p.node.Shared() {
		return models.NodeState{}, models.WithHint(
			fmt.Errorf("%w: this service has its database to itself, so no other process could take its rooms", models.ErrConflict),
			"stop it: it leaves its rooms, and goes back when it starts. With a PostgreSQL database several processes can share the rooms",
		)
	}
	return node.Drain(ctx, p.store, cmp.Or(process, p.node.ID()), on)
}

// all tells how the processes are that share the record; nil: nobody else can.
func (p processes) all(ctx context.Context) (*models.Processes, error) {
	if !p.node.Shared() {
		return nil, nil
	}
	found, err := node.Read(ctx, p.store)
	if err != nil {
		return nil, err
	}
	return &found, nil
}
