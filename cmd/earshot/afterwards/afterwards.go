// Package afterwards is what happens after a session: it is summed up once its last words are text, its files are written, what is
// too old goes, and what was erased goes from the files too.
package afterwards

import (
	"context"
	"errors"
	"log/slog"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
)

// Config is what sessions are wrapped up with.
type Config struct {
	Store     store.Store
	Summaries Summariser
	// Export says which files are written of a session, and where.
	Export configs.Export
	Log    *slog.Logger
}

// New makes an empty queue. Run runs it.
func New(c Config) *Queue {
	return &Queue{Summaries: c.Summaries, pending: c.Store.Pending, wrapUp: c.wrapUp, log: c.Log, changed: make(chan struct{}, 1)}
}

// wrapUp sums a session up that is over and whose words are all text, and writes its files. What fails is logged: the
// record is complete without it. When ctx ends, the summary is made without a language model.
func (c Config) wrapUp(ctx context.Context, id string) {
	if _, err := c.Summaries.remake(ctx, id); err != nil {
		c.Log.Error("the session is not summed up", "session", id, "err", err)
		return
	}
	ctx, cancel := outlasting(ctx, SummaryTime)
	defer cancel()
	if err := WriteFiles(ctx, c.Export, c.Store, id); err != nil {
		c.Log.Error("the session's files are not written", "session", id, "err", err)
	}
}

// CatchUp adds what an earlier run had no time for: the newest sessions of a record that are over and have no summary.
func (q *Queue) CatchUp(ctx context.Context, record store.Store) {
	found, err := record.Sessions(ctx, models.SessionQuery{Limit: 100})
	if err != nil {
		return // whoever lists sessions next tells it
	}
	for _, info := range found {
		if info.Live() || info.Utterances+info.Pending == 0 || ctx.Err() != nil {
			continue
		}
		if _, err := record.Summary(ctx, info.ID, models.SummarySession); errors.Is(err, models.ErrNotFound) {
			q.Add(info.ID)
		}
	}
}
