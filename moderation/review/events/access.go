package events

import (
	"context"
	"errors"

	"earshot/models"
)

// FollowAccess passes on what processes tell each other of those who use the pages, until the context ends or the hub is closed. If
// something was missed it says that access was revoked, so that everybody's is looked up.
func (h *Hub) FollowAccess(ctx context.Context, tell func(models.AccessChange)) {
	for ctx.Err() == nil {
		w, err := h.subscribe(&Watcher{access: true}, h.Cursor())
		switch {
		case errors.Is(err, ErrClosed):
			return
		case err != nil: // the events began anew in this moment
			continue
		}
		tell(models.AccessChange{Taken: true})
		w.pass(ctx, tell)
	}
}

// pass passes on what a watcher receives, until the context or the watcher ends.
func (w *Watcher) pass(ctx context.Context, tell func(models.AccessChange)) {
	defer w.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events():
			switch {
			case !ok:
				return
			case e.Access != nil:
				tell(*e.Access)
			default: // events are missing
				tell(models.AccessChange{Taken: true})
			}
		}
	}
}
