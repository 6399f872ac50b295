package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// tell stores the notices that a rule wants sent: to the webhook that it names, or to everybody who is told of the room.
// Hosts at the page see the decision. The notices are stored before the action counts as done, and under its id, so that a
// crash in between tells nobody twice.
func (d *Desk) tell(ctx context.Context, a models.Action) models.Action {
	decision, err := d.store.Decision(ctx, a.Decision)
	if err == nil {
		err = d.store.Tell(ctx, a.ID, a.Session, decision.Flag, a.Webhook)
	}
	now := time.Now().UTC()
	switch {
	case err == nil:
		a.State, a.Seen = models.ActionSeen, now
	case errors.Is(err, models.ErrNotFound) && a.Webhook != "":
		a.State, a.Error = models.ActionFailed, fmt.Sprintf("no target of notices is named %q", a.Webhook)
	default:
		a.State, a.Error = models.ActionFailed, "the notice could not be stored"
		d.log.Error("notice not stored", "session", a.Session, "action", a.ID, "err", err)
	}
	return a
}
