// Package node is a running Earshot among others that serve the same database: who it is, that it lives, and who else does.
package node

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"time"

	"earshot/models"
)

// DeadAfter is how long a node may be silent before others take it for dead.
const DeadAfter = 5 * time.Second

const (
	// beatEvery is how often a node says that it lives. It is forgotten when it was silent for forgetAfter.
	beatEvery   = time.Second
	forgetAfter = 24 * time.Hour
	sweepEvery  = time.Hour
	// beatTime is how long a beat may take, and leaveTime how long saying goodbye may.
	beatTime  = 5 * time.Second
	leaveTime = 2 * time.Second
)

// Store is where nodes are listed: store.Nodes.
type Store interface {
	Beat(ctx context.Context, n models.Node) (now time.Time, drain bool, err error)
	LeaveNode(ctx context.Context, id string) error
	SweepNodes(ctx context.Context, silent time.Duration) error
}

// Config says who a node is.
type Config struct {
	// Store is nil in a process that has its database to itself: then it tells nobody.
	Store Store
	// Work is set where Store is.
	Work Work
	// Name is what people call it, Version the program's.
	Name, Version string
	// Info is what it says of itself; Run's goroutine and those that call Own call it.
	Info func() models.NodeInfo
	// Drain is called by Run when the process is to hand its rooms over and take no more, and when it is to take rooms again.
	Drain func(on bool)
	Log   *slog.Logger
}

// Node is this process among others. Any goroutine may call its methods.
type Node struct {
	cfg Config
	id  string

	mu      sync.Mutex
	started time.Time
	clock   clock
	drained bool // it is to be drained
}

// New makes a node with a new, random id.
func New(c Config) *Node {
	return &Node{cfg: c, id: strings.ToLower(rand.Text()[:16]), started: time.Now()}
}

// ID tells this run of a process from all others.
func (n *Node) ID() string { return n.id }

// Name is what people call it.
func (n *Node) Name() string { return n.cfg.Name }

// Shared reports whether others may serve the same database.
func (n *Node) Shared() bool { return n.cfg.Store != nil }

// Own is what the node says of itself now.
func (n *Node) Own() models.Node {
	info := n.cfg.Info()
	n.mu.Lock()
	defer n.mu.Unlock()
	info.ClockMS, info.ClockOffMS = n.clock.ahead.Milliseconds(), n.clock.off.Milliseconds()
	now := time.Now()
	return models.Node{
		ID: n.id, Name: n.cfg.Name, Version: n.cfg.Version, Started: n.started.UTC(), Seen: now.UTC(), Info: info, Draining: n.drained,
	}
}

// Run says that the node lives until the context ends, and then that it is gone.
func (n *Node) Run(ctx context.Context) error {
	if !n.Shared() {
		return nil
	}
	beat, sweep := time.NewTicker(beatEvery), time.NewTicker(sweepEvery)
	defer beat.Stop()
	defer sweep.Stop()
	failed := false
	for {
		err := n.beat(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			n.cfg.Log.Warn("others may take this process for dead: it cannot tell the database that it lives", "err", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return n.leave(context.WithoutCancel(ctx))
		case <-sweep.C:
			if err := n.cfg.Store.SweepNodes(ctx, forgetAfter); err != nil && ctx.Err() == nil {
				n.cfg.Log.Warn("processes that died long ago are still listed", "err", err)
			}
		case <-beat.C:
		}
	}
}

// beat says that the node lives, compares the clocks, and learns whether it is to be drained.
func (n *Node) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatTime)
	defer cancel()
	own, sent := n.Own(), time.Now()
	there, drain, err := n.cfg.Store.Beat(ctx, own)
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.clock.compare(sent, time.Now(), there)
	n.drained = drain
	n.mu.Unlock()
	if drain != own.Draining {
		n.cfg.Drain(drain)
	}
	return nil
}

// leave says that the node is gone. Where nobody can be told the others find out by its silence.
func (n *Node) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	if err := n.cfg.Store.LeaveNode(ctx, n.id); err != nil {
		n.cfg.Log.Warn("this process stays listed until it is taken for dead", "err", err)
	}
	return nil
}
