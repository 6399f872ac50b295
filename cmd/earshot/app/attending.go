package app

import (
	"context"

	"earshot/bot/restrict"
	"earshot/models"
)

// attending is the session's part of a stay. It ends before the bot has left the room, so that it can take back what is in force there.
type attending struct {
	ctx     context.Context //nolint:containedctx // it is the life of the session's part
	leave   context.CancelCauseFunc
	left    chan struct{} // closed at its end
	err     error         // of it, once left is closed
	returns func(models.EndReason) bool
}

func newAttending(ctx context.Context, returns func(models.EndReason) bool) *attending {
	a := &attending{left: make(chan struct{}), returns: returns}
	a.ctx, a.leave = context.WithCancelCause(context.WithoutCancel(ctx))
	return a
}

// farewell ends it while the bot is in the room still, and waits until ctx ends at most.
func (a *attending) farewell(ctx context.Context, why models.EndReason) {
	if a.returns != nil && a.returns(why) {
		a.leave(nil)
	} else {
		a.leave(restrict.ErrForGood)
	}
	select {
	case <-a.left:
	case <-ctx.Done():
	}
}

// ended notes that it has ended.
func (a *attending) ended(err error) {
	a.err = err
	close(a.left)
}

// end ends it, and waits for it.
func (a *attending) end() error {
	a.leave(nil)
	<-a.left
	return a.err
}
