package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Recover notes, at the start of the program, of what waited in stays that have ended that it comes to nothing: asks, verdicts
// that waited for a second look or opinion, and actions that were planned and are too old. Nothing is done to anybody.
func (d *Desk) Recover(ctx context.Context) error {
	now := time.Now().UTC()
	d.lapsePlans(ctx, now.Add(-planFresh))
	waiting, err := d.store.OpenOfEnded(ctx)
	if err = d.readable("", err); err != nil {
		return err
	}
	var errs []error
	for _, x := range waiting {
		lapsed, ok := engine.Lapse(x, now)
		if !ok {
			continue
		}
		err := d.store.Put(ctx, models.Record{Session: x.Session, Decisions: []models.Decision{lapsed}})
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
