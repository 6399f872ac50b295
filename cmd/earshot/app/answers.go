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

// reviewStore is the store as the review pages use it: a moderator's decision on a flag also reaches the judge.
type reviewStore struct {
	store.Store
	hosts live.Hosts
	hub   *events.Hub // nil: nobody is watching
}

// SetFlagStatus stores a moderator's decision on a flag, after the judge has applied its consequences.
func (r reviewStore) SetFlagStatus(
	ctx context.Context, id string, status models.FlagStatus, by string, when time.Time,
) (models.Flag, error) {
	if err := r.answer(ctx, id, status, by); err != nil {
		return models.Flag{}, err
	}
	return r.Store.SetFlagStatus(ctx, id, status, by, when)
}

// RedactLine removes words from a line and bleeps them in the sound.
func (r reviewStore) RedactLine(ctx context.Context, k models.Key, words []int, by string, when time.Time) (models.Utterance, error) {
	return r.hosts.RedactLine(ctx, k, words, by, when)
}

// ErasePerson erases a person, including what open pages still show of them.
func (r reviewStore) ErasePerson(ctx context.Context, room, speaker, by string) error {
	err := r.Store.ErasePerson(ctx, room, speaker, by)
	if r.hub != nil {
		r.hub.Reset()
	}
	return err
}

// announced is the record to which summaries are stored: open pages are notified of each.
type announced struct {
	Record
	hub *events.Hub
}

// PutSummary stores a summary and notifies open pages.
func (a announced) PutSummary(ctx context.Context, s models.Summary) error {
	if err := a.Record.PutSummary(ctx, s); err != nil {
		return err
	}
	a.hub.Publish(models.Event{SessionID: s.Session, Summary: &models.SummaryMade{Kind: s.Kind}})
	return nil
}

// SetFlagStatuses is SetFlagStatus for several flags: the judge applies the consequences of each, then all are stored at once.
func (r reviewStore) SetFlagStatuses(
	ctx context.Context, ids []string, status models.FlagStatus, by string, when time.Time,
) ([]models.Flag, error) {
	for _, id := range ids {
		if err := r.answer(ctx, id, status, by); err != nil {
			return nil, err
		}
	}
	return r.Store.SetFlagStatuses(ctx, ids, status, by, when)
}

// answer has the judge apply the consequences of a decision on an open flag. A flag that is no longer open has none: either nothing
// changes or the store refuses the decision.
func (r reviewStore) answer(ctx context.Context, id string, status models.FlagStatus, by string) error {
	if status == models.FlagOpen {
		return nil
	}
	f, err := r.Flag(ctx, id)
	if err == nil && f.Status == models.FlagOpen {
		_, err = r.hosts.Answer(ctx, f, status, by)
	}
	return err
}

// Summary is the summary that the pages and their exports show for a session.
func (r reviewStore) Summary(ctx context.Context, id, kind string) (models.Summary, error) {
	return afterwards.ExportStore{Store: r.Store}.Summary(ctx, id, kind)
}
