package node

import (
	"context"
	"errors"
	"time"

	"earshot/models/ticks"
)

// Work is where processes agree on who does what: store.Work.
type Work interface {
	TakeWork(ctx context.Context, name, node string, lease time.Duration) (bool, error)
	LeaveWork(ctx context.Context, name, node string) error
}

const (
	// workLease is how long work stays with a process that has died, renewWork how often it is renewed while it is done.
	workLease, renewWork = 30 * time.Second, 10 * time.Second
	// workTime is how long asking for work may take.
	workTime = 5 * time.Second
)

// errWorkLost means that another process may be doing the work by now.
var errWorkLost = errors.New("the lease of this work has ended")

// Alone does a piece of work unless another process that shares the database is doing it, and reports whether it did. Work is taken over
// from a process that has died. do must look itself whether the work is done already. Its context ends if the lease is lost, with that
// as its cause. It may be called from any goroutine; in one process, work of the same name must not be done twice at a time.
func (n *Node) Alone(ctx context.Context, name string, do func(context.Context)) bool {
	if !n.Shared() {
		do(ctx)
		return true
	}
	ours, err := n.take(ctx, name)
	if err != nil && ctx.Err() == nil {
		n.cfg.Log.Warn("cannot find out whether another process does this; trying again later", "work", name, "err", err)
	}
	if !ours {
		return false
	}
	working, end := context.WithCancelCause(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		n.keep(working, name, end)
	}()
	do(working)
	end(nil)
	<-kept
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	if err := n.cfg.Work.LeaveWork(last, name, n.id); err != nil {
		n.cfg.Log.Warn("other processes can do this only when its lease has ended", "work", name, "err", err)
	}
	return true
}

func (n *Node) take(ctx context.Context, name string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	return n.cfg.Work.TakeWork(ctx, name, n.id, workLease)
}

// keep renews the lease of work until the context ends, and ends it when the lease may be over.
func (n *Node) keep(ctx context.Context, name string, end context.CancelCauseFunc) {
	sure := time.Now()
	for range ticks.Every(ctx, renewWork) {
		asked := time.Now()
		switch ours, err := n.take(ctx, name); {
		case err == nil && ours:
			sure = asked
		case err == nil, time.Since(sure) >= workLease-renewWork:
			end(errWorkLost)
			return
		}
	}
}
