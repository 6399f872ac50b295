package app

import (
	"context"
	"time"

	"earshot/cmd/earshot/afterwards"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
)

// reviewStore is the store as the review page uses it: what a host says of a flag also reaches the judge.
type reviewStore struct {
	store.Store
	hosts live.Hosts
	hub   *events.Hub // nil: nobody watches
}

// SetFlagStatus stores a host's word on a flag, after the judge has drawn its consequences.
func (r reviewStore) SetFlagStatus(
	ctx context.Context, id string, status models.FlagStatus, by string, when time.Time,
) (models.Flag, error) {
	if status != models.FlagOpen {
		f, err := r.Flag(ctx, id)
		if err != nil {
			return f, err
		}
		if f.Status != models.FlagOpen { // nothing follows from it: it is so already, or the store refuses it
			return r.Store.SetFlagStatus(ctx, id, status, by, when)
		}
		if _, err := r.hosts.Answer(ctx, f, status, by); err != nil {
			return f, err
		}
	}
	return r.Store.SetFlagStatus(ctx, id, status, by, when)
}

// RedactLine takes words out of a line, and covers them in the sound.
func (r reviewStore) RedactLine(ctx context.Context, k models.Key, words []int, by string, when time.Time) (models.Utterance, error) {
	return r.hosts.RedactLine(ctx, k, words, by, when)
}

// ErasePerson erases somebody, and what is still held of them for those who watch.
func (r reviewStore) ErasePerson(ctx context.Context, room, speaker, by string) error {
	err := r.Store.ErasePerson(ctx, room, speaker, by)
	if r.hub != nil {
		r.hub.Reset()
	}
	return err
}

// Summary is what the pages and their exports show of a session.
func (r reviewStore) Summary(ctx context.Context, id, kind string) (models.Summary, error) {
	return afterwards.ExportStore{Store: r.Store}.Summary(ctx, id, kind)
}
