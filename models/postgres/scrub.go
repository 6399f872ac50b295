package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/models/sqlstore"
	"earshot/models/store"
)

// words are the tables that hold what was said, and who said it.
var words = []string{
	"spool", "utterances", "flags", "gaps", "summaries", "evidence", "people", "identities", "speakers", "decisions", "actions",
	"ledger", "notices", "consent", "restrictions", "erasures", "sessions", "events",
}

// Scrub implements sqlstore.Engine: the server takes what was deleted out of the tables and their indexes, as far as no transaction
// still sees it.
func (e *engine) Scrub(ctx context.Context) error {
	s := e.s
	s.scrubs.Lock()
	defer s.scrubs.Unlock()
	// What is removed from now on is another scrub's.
	err := s.Update(ctx, "scrub", func(tx sqlstore.Txn) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrubbing') ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = 'scrub'")
		return err
	})
	if err != nil {
		return err
	}
	if err := s.forgetEvents(ctx); err != nil {
		return s.Explain("scrub", plain(err))
	}
	if err := s.vacuum(ctx); err != nil {
		return s.Explain("scrub", plain(err))
	}
	return s.Update(ctx, "scrub", func(tx sqlstore.Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = 'scrubbing'")
		return err
	})
}

// vacuum runs over a connection of its own, for which no time is set.
func (s *Store) vacuum(ctx context.Context) error {
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	_, err = c.Exec(ctx, "SET statement_timeout = 0")
	if err == nil {
		_, err = c.Exec(ctx, "SET lock_timeout = 0")
	}
	if err == nil {
		_, err = c.Exec(ctx, "VACUUM (INDEX_CLEANUP ON) "+strings.Join(words, ", "))
	}
	if _, again := c.Conn().PgConn().Exec(context.WithoutCancel(ctx), session).ReadAll(); again != nil {
		return errors.Join(err, again, c.Conn().Close(context.WithoutCancel(ctx)))
	}
	return err
}

// Check reads every row and looks at every index, and returns an error that wraps store.ErrCorrupt when something is damaged. The
// server itself checks its pages only if it was set up with checksums (initdb --data-checksums, the default from version 18).
func (s *Store) Check(ctx context.Context) error {
	const op = "check"
	var broken int
	err := s.pool.QueryRow(ctx, `SELECT count(*) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
		WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace`).Scan(&broken)
	if err != nil {
		return s.Explain(op, plain(err))
	}
	if broken > 0 {
		return fmt.Errorf("store: %s: %w: %d indexes are not valid", op, store.ErrCorrupt, broken)
	}
	for _, table := range words {
		var bytes int64
		err := s.pool.QueryRow(ctx, "SELECT coalesce(sum(length(t::text)), 0)::bigint FROM "+table+" t").Scan(&bytes)
		if err != nil {
			return s.Explain(op+" "+table, plain(err))
		}
	}
	return nil
}
