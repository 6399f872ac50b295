package store

import (
	"context"
	"time"

	"earshot/models"
)

// Nodes are the processes that serve the store. Their points in time are by the database's clock, which all of them share.
type Nodes interface {
	// Beat stores that a node lives and what it says of itself, and returns the database's time and whether it is to be drained. A node
	// is new with its first beat, and then is not. n.Draining has no effect.
	Beat(ctx context.Context, n models.Node) (now time.Time, drain bool, err error)
	// DrainNode asks a node to hand its rooms over and take no more, or to take rooms again. models.ErrNotFound: there is no such node.
	DrainNode(ctx context.Context, id string, on bool) error
	// Nodes lists them by name, those of one name by start, and returns the database's time.
	Nodes(ctx context.Context) (nodes []models.Node, now time.Time, err error)
	// LeaveNode removes a node that ends. It is not an error if there is none.
	LeaveNode(ctx context.Context, id string) error
	// SweepNodes removes the nodes that have been silent for longer than that.
	SweepNodes(ctx context.Context, silent time.Duration) error
}
