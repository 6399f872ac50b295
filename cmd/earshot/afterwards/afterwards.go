// Package afterwards does what happens after a session: once all its speech is decoded, the session is summarised and exported. It
// also deletes what is past its retention and removes erased content from exported files.
package afterwards

import (
	"context"
	"errors"
	"log/slog"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
)

// Config configures what happens to sessions that have ended.
type Config struct {
	Store     store.Store
	Summaries Summariser
	// Export says which files are exported for each session, and where to.
	Export configs.Export
	// Alone wraps a session up unless another process is doing it; nil: there is only this process.
	Alone Alone
	Log   *slog.Logger
}

// New makes an empty queue; call Run to process it.
func New(c Config) *Queue {
	return &Queue{Summaries: c.Summaries, pending: c.Store.Pending, wrapUp: c.wrapUpOnce, log: c.Log, changed: make(chan struct{}, 1)}
}

// wrapUpOnce is wrapUp, unless another process does it or has done so since the session ended.
func (c Config) wrapUpOnce(ctx context.Context, id string) {
	if c.Alone == nil {
		c.wrapUp(ctx, id)
		return
	}
	c.Alone(ctx, "session:"+id, func(ctx context.Context) {
		done, err := c.wrappedUp(ctx, id)
		if err != nil {
			c.Log.Error("the session has not been summarised; the next start will do it", "session", id, "err", err)
		}
		if !done && err == nil {
			c.wrapUp(ctx, id)
		}
	})
}

// wrappedUp reports whether a session is gone, or was wrapped up since it ended. It looks also while the program ends.
func (c Config) wrappedUp(ctx context.Context, id string) (bool, error) {
	ctx, cancel := outlasting(ctx, SummaryTime)
	defer cancel()
	s, err := c.Store.SessionIn(ctx, id, models.RoomSet{})
	if errors.Is(err, models.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	made, err := c.Store.Summary(ctx, id, models.SummarySession)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return !made.Created.Before(s.Ended), err
}

// wrapUp summarises and exports a session that is over and fully decoded. Failures are logged: the record is complete without
// either. When ctx ends, the summary is made without a language model.
func (c Config) wrapUp(ctx context.Context, id string) {
	if _, err := c.Summaries.remake(ctx, id); err != nil {
		c.Log.Error("the session has not been summarised", "session", id, "err", err)
		return
	}
	ctx, cancel := outlasting(ctx, SummaryTime)
	defer cancel()
	var note func(ctx context.Context, session, place string) error
	if c.Alone != nil { // others have folders of their own
		note = c.Store.NoteExport
	}
	if err := WriteFiles(ctx, c.Export, c.Store, id, note); err != nil {
		c.Log.Error("the session's files have not been written", "session", id, "err", err)
	}
}

// CatchUp queues the sessions that an earlier run did not get to: the newest ones that are over and have no summary.
func (q *Queue) CatchUp(ctx context.Context, record store.Store) {
	found, err := record.Sessions(ctx, models.SessionQuery{Limit: 100})
	if err != nil {
		return // whoever lists sessions next reports it
	}
	for _, info := range found {
		if info.Unfinished() || info.Utterances+info.Pending == 0 || ctx.Err() != nil {
			continue
		}
		if _, err := record.Summary(ctx, info.ID, models.SummarySession); errors.Is(err, models.ErrNotFound) {
			q.Add(info.ID)
		}
	}
}
