package main

import (
	"context"
	"time"

	"earshot/cmd/earshot/desk"
	"earshot/models"
	"earshot/models/sqlite"
)

// reviewStore is the store as the review page uses it: what a host says of a flag also reaches the judge.
type reviewStore struct {
	*sqlite.Store
	desk *desk.Desk
}

// SetFlagStatus stores a host's word on a flag, after the judge has drawn its consequences.
func (r reviewStore) SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error) {
	if status != models.FlagOpen {
		f, err := r.Flag(ctx, id)
		if err != nil {
			return f, err
		}
		if _, err := r.desk.Answer(ctx, f, status, by); err != nil {
			return f, err
		}
	}
	return r.Store.SetFlagStatus(ctx, id, status, by, when)
}
