package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"earshot/models"
	"earshot/models/store"
)

const (
	// eventsLock is held by who appends events, so that their numbers rise in the order in which others see them.
	eventsLock = 0x4561727365766e
	// eventsFor is how long events are held.
	eventsFor = 2 * time.Minute
	// eventsChannel is where who appended events says so.
	eventsChannel = "earshot_events"
	// clock is the database's time in Unix milliseconds.
	clock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
)

// Lineage implements store.Shared.
func (s *Store) Lineage() string { return s.lineage }

// PutEvents implements store.Shared. The hint is sent outside of the transaction, which NOTIFY would have commit alone.
func (s *Store) PutEvents(ctx context.Context, seen uint64, events []models.Event) error {
	const op = "append events"
	docs := make([]string, len(events))
	for i, e := range events {
		doc, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("store: %s: it cannot be written as JSON", op) // the JSON error could quote what was said
		}
		docs[i] = string(doc)
	}
	err := s.appending(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, "INSERT INTO events (at, doc) SELECT "+clock+`, doc FROM unnest($2::text[]) WITH ORDINALITY AS these (doc, n)
			WHERE $1 = 0::bigint OR EXISTS (SELECT 1 FROM events WHERE seq = $1) ORDER BY n`, int64(seen), docs)
		if err == nil && done.RowsAffected() < int64(len(docs)) {
			return store.ErrGone
		}
		return err
	})
	if err != nil {
		return s.Explain(op, plain(err))
	}
	_, _ = s.pool.Exec(ctx, "SELECT pg_notify($1, '')", eventsChannel) // without it they are seen a moment later
	return nil
}

// appending runs fn in a transaction while nobody else appends events. They need not be on disk.
func (s *Store) appending(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue("SET LOCAL synchronous_commit = off")
		b.Queue("SELECT pg_advisory_xact_lock($1)", int64(eventsLock))
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return fn(tx)
	})
}

// EventsAfter implements store.Shared.
func (s *Store) EventsAfter(ctx context.Context, seen uint64, limit int) ([]models.Event, error) {
	const op = "read events"
	held, err := s.eventsFrom(ctx, seen, limit+1)
	if err == nil && len(held) == 0 && seen == 0 {
		if err = s.beginEvents(ctx, "SELECT 1"); err == nil {
			held, err = s.eventsFrom(ctx, 0, limit+1)
		}
	}
	switch {
	case err != nil:
		return nil, s.Explain(op, plain(err))
	case seen == 0:
		return held[:min(len(held), limit)], nil
	case len(held) == 0 || held[0].Seq != seen:
		return nil, s.Explain(op, store.ErrGone)
	}
	return held[1:], nil
}

// eventsFrom reads events from one on.
func (s *Store) eventsFrom(ctx context.Context, seq uint64, limit int) ([]models.Event, error) {
	rows, err := s.pool.Query(ctx, "SELECT seq, doc FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2", int64(seq), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e models.Event, err error) {
		var seq int64
		var doc []byte
		if err := row.Scan(&seq, &doc); err != nil {
			return e, err
		}
		if json.Unmarshal(doc, &e) != nil { // the JSON error could quote what was said
			return e, fmt.Errorf("event: %w", store.ErrCorrupt)
		}
		e.Seq = uint64(seq)
		return e, nil
	})
}

// beginEvents runs a statement, and sees to it that there is an event.
func (s *Store) beginEvents(ctx context.Context, statement string) error {
	return s.appending(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, statement)
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO events (at, doc) SELECT "+clock+", '{}' WHERE NOT EXISTS (SELECT 1 FROM events)")
		}
		return err
	})
}

// forgetEvents removes all events, which may tell what is being erased.
func (s *Store) forgetEvents(ctx context.Context) error {
	return s.beginEvents(ctx, "DELETE FROM events")
}

// PruneEvents implements store.Shared. The latest event stays.
func (s *Store) PruneEvents(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, "DELETE FROM events WHERE at < "+clock+" - $1 AND seq < (SELECT max(seq) FROM events)",
		eventsFor.Milliseconds())
	return s.Explain("remove old events", plain(err))
}

// ListenEvents implements store.Shared.
func (s *Store) ListenEvents(ctx context.Context, told func()) error {
	const op = "listen for events"
	c, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return s.Explain(op, plain(err))
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	_, err = c.Exec(ctx, "SET application_name = 'earshot events'; LISTEN "+eventsChannel)
	for err == nil {
		told()
		_, err = c.WaitForNotification(ctx)
	}
	return s.Explain(op, plain(err))
}
