package app

import (
	"context"
	"errors"

	"earshot/models"
)

// afterwards sums a session up that is over and whose words are all text, and writes its files. What fails is logged: the
// record is complete without it. When ctx ends, the summary is made without a language model.
func (s *Station) afterwards(ctx context.Context, id string) {
	if _, err := s.summaries.remake(ctx, id); err != nil {
		s.Log.Error("the session is not summed up", "session", id, "err", err)
		return
	}
	ctx, cancel := outlasting(ctx, summaryTime)
	defer cancel()
	if err := exportFiles(ctx, s.cfg.Export, s.Store, id); err != nil {
		s.Log.Error("the session's files are not written", "session", id, "err", err)
	}
}

// newWrapUps are the sessions of this station that wait to be summed up.
func (s *Station) newWrapUps() *wrapUps {
	return &wrapUps{pending: s.Store.Pending, wrapUp: s.afterwards, log: s.Log, changed: make(chan struct{}, 1)}
}

// catchUp has done afterwards what an earlier run had no time for: for the newest sessions that are over and have no summary.
func (s *Station) catchUp(ctx context.Context) error {
	found, err := s.Store.Sessions(ctx, models.SessionQuery{Limit: 100})
	if err != nil {
		return nil //nolint:nilerr // whoever lists sessions next tells it
	}
	for _, info := range found {
		if info.Live() || info.Utterances+info.Pending == 0 || ctx.Err() != nil {
			continue
		}
		if _, err := s.Store.Summary(ctx, info.ID, models.SummarySession); errors.Is(err, models.ErrNotFound) {
			s.wrapUps.add(info.ID)
		}
	}
	return nil
}
