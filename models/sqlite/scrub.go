package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/wipe"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
)

const (
	scrubPause = 50 * time.Millisecond
	// longScrubPause is what the pauses grow to while a reader holds the log.
	longScrubPause = 500 * time.Millisecond
)

// scrub removes what deleted and replaced rows leave behind: it empties the write-ahead log and overwrites the unused
// parts of the file's pages, about a second per GB without clips. Writers wait for some milliseconds at a time. It waits
// for readers that still need the log, as long as ctx allows; then models.ErrUnavailable, and the next Open tries again.
func (s *Store) scrub(ctx context.Context) error {
	if s.write == nil {
		return fmt.Errorf("store: scrub: %w", sqlstore.ErrReadOnly)
	}
	select {
	case s.scrubbing <- struct{}{}:
		defer func() { <-s.scrubbing }()
	case <-ctx.Done():
		return storeError("scrub", fmt.Errorf("%w: another scrub waits for a reader: %w", models.ErrUnavailable, ctx.Err()))
	}
	// What is removed from now on is another scrub's: this one may have passed it.
	err := s.Update(ctx, "scrub", func(tx sqlstore.Txn) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrubbing') ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = 'scrub'")
		return err
	})
	if err == nil {
		err = s.mergeIndex(ctx)
	}
	if err == nil {
		err = s.wipe(ctx)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return storeError("scrub", fmt.Errorf("%w: a reader holds the log, or time ran out: %w", models.ErrUnavailable, ctx.Err()))
	case err != nil:
		return storeError("scrub", err)
	}
	_, err = s.write.ExecContext(ctx, "DELETE FROM chores WHERE name = 'scrubbing'")
	return storeError("scrub", err)
}

// mergePages is how much of the full-text index is merged while writers wait.
const mergePages = 500

// mergeIndex brings the full-text index into one piece, a little at a time, so that live rooms can store their lines in
// between. The index's table of page boundaries keeps the first words of pages, also deleted ones, until the pages are
// merged (https://www.sqlite.org/fts5.html#the_merge_command: a negative number begins with all pieces, and fewer than two
// changes say that nothing was left to do).
func (s *Store) mergeIndex(ctx context.Context) error {
	for pages := -mergePages; ; pages = mergePages {
		var before, after int64
		err := s.Update(ctx, "merge index", func(tx sqlstore.Txn) error {
			if err := tx.QueryRowContext(ctx, "SELECT total_changes()").Scan(&before); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO utterances_fts (utterances_fts, rank) VALUES ('merge', ?)", pages); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, "SELECT total_changes()").Scan(&after)
		})
		if err != nil || after-before < 2 {
			return err
		}
	}
}

// errLogInUse says that the file alone is not the whole database at the moment.
var errLogInUse = errors.New("the write-ahead log is in use")

// wipePages is how many pages are wiped while writers wait, which takes some milliseconds.
const wipePages = 1024

// wipe overwrites the gaps of all pages, a few at a time: nobody can write meanwhile. Pages that are written between two
// steps bring no old bytes to those that are done: SQLite moves the content of pages, never their gaps, but when it
// moves whole pages to make the file shorter, which nobody asks for. errLogInUse: a reader holds the log until ctx ended.
func (s *Store) wipe(ctx context.Context) error {
	pause := scrubPause
	for from := uint32(1); from > 0; {
		next, err := s.wipeStep(ctx, from)
		if err != nil && !errors.Is(err, errLogInUse) {
			return err
		}
		if err == nil {
			from, pause = next, scrubPause
			continue
		}
		select {
		case <-ctx.Done():
			return errors.Join(errLogInUse, ctx.Err())
		case <-time.After(pause):
			pause = min(2*pause, longScrubPause)
		}
	}
	return s.file.Sync()
}

// wipeStep wipes the pages from one on, with the log empty, and returns where to go on; 0: it was the last.
func (s *Store) wipeStep(ctx context.Context, from uint32) (next uint32, err error) {
	if err := s.fold.Now(ctx); err != nil { // most of it, while others can write
		return 0, err
	}
	if done, err := conn.Checkpoint(ctx, s.upkeep); err != nil || !done { // before anybody is made to wait
		return 0, errors.Join(err, errLogInUse)
	}
	writer, err := s.write.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = writer.Close() }()
	if done, err := conn.Checkpoint(ctx, s.upkeep); err != nil || !done {
		return 0, errors.Join(err, errLogInUse)
	}
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > 0 {
		return 0, errors.Join(errLogInUse, tx.Rollback()) // another program wrote after our checkpoint
	}
	next, err = wipe.Gaps(ctx, s.file, from, wipePages, func() ([]uint32, error) { return roots(ctx, tx) })
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return 0, err
	}
	// The writer still holds pages as they were; written again, they would bring the old bytes back.
	_, err = writer.ExecContext(ctx, "PRAGMA shrink_memory")
	return next, err
}

// roots are the first pages of all tables and indexes.
func roots(ctx context.Context, tx *sql.Tx) ([]uint32, error) {
	return sqldb.List(ctx, tx, func(rows *sql.Rows) (n uint32, err error) {
		err = rows.Scan(&n)
		return n, err
	}, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")
}
