package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
)

// Deletion goes in steps, so that live rooms can store their lines in between.
const (
	eraseRows  = 200 // lines, flags or gaps in one transaction
	eraseClips = 20  // clips in one transaction: they are larger
	scrubPause = 50 * time.Millisecond
	// longScrubPause is what the pauses grow to while a reader holds the log.
	longScrubPause = 500 * time.Millisecond
	finishTime     = 5 * time.Second // for scrubbing what an earlier run left, before Open goes on without
)

// eraseSession removes the rows of a session that is marked as being erased.
func (s *Store) eraseSession(ctx context.Context, id string) error {
	steps := []struct {
		query string
		limit int
	}{
		{"DELETE FROM spool WHERE id IN (SELECT id FROM spool WHERE session = ? LIMIT ?)", eraseClips},
		{"DELETE FROM evidence WHERE id IN (SELECT id FROM evidence WHERE session = ? LIMIT ?)", eraseClips},
		{"DELETE FROM utterances WHERE id IN (SELECT id FROM utterances WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM flags WHERE id IN (SELECT id FROM flags WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM actions WHERE id IN (SELECT id FROM actions WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM consent WHERE id IN (SELECT id FROM consent WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE session = ? LIMIT ?)", eraseRows},
	}
	for _, step := range steps {
		for n := int64(1); n > 0; {
			res, err := s.write.ExecContext(ctx, step.query, id, step.limit)
			if err == nil {
				n, err = res.RowsAffected()
			}
			if err != nil {
				return storeError("delete session", err)
			}
		}
	}
	for _, query := range []string{"DELETE FROM restrictions WHERE session = ?", "DELETE FROM sessions WHERE id = ?"} { // speakers go with it
		if _, err := s.write.ExecContext(ctx, query, id); err != nil {
			return storeError("delete session", err)
		}
	}
	return nil
}

// scrub removes what deleted and replaced rows leave behind: it empties the write-ahead log and overwrites the unused
// parts of the file's pages, about a second per GB without clips. Writers wait for some milliseconds at a time. It waits
// for readers that still need the log, as long as ctx allows; then models.ErrUnavailable, and the next Open tries again.
func (s *Store) scrub(ctx context.Context) error {
	if s.write == nil {
		return fmt.Errorf("store: scrub: %w", errReadOnly)
	}
	select {
	case s.scrubbing <- struct{}{}:
		defer func() { <-s.scrubbing }()
	case <-ctx.Done():
		return storeError("scrub", fmt.Errorf("%w: another scrub waits for a reader: %w", models.ErrUnavailable, ctx.Err()))
	}
	// What is removed from now on is another scrub's: this one may have passed it.
	err := s.update(ctx, "scrub", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrubbing') ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = 'scrub'")
		return err
	})
	if err == nil {
		err = s.mergeIndex(ctx)
	}
	if err != nil {
		return storeError("scrub", err)
	}
	switch err := s.wipe(ctx); {
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
		err := s.update(ctx, "merge index", func(tx *sql.Tx) error {
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

// finishErasing takes up the deletions that were cut short. A reader that holds the log, or a great deal to delete, does
// not keep the program from starting: Erasing goes on later.
func (s *Store) finishErasing(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	if _, err := s.Erasing(bounded); err != nil {
		if bounded.Err() == nil {
			return err
		}
		return ctx.Err()
	}
	ids, err := list(ctx, s.write, scanText, "SELECT id FROM sessions WHERE erasing = 1")
	if err != nil {
		return err
	}
	for _, id := range ids {
		// An erasure before this one has been scrubbed by now, and its note is gone.
		if err := s.update(ctx, "delete session", func(tx *sql.Tx) error { return needScrub(ctx, tx) }); err != nil {
			return err
		}
		if err := s.eraseSession(ctx, id); err != nil {
			return err
		}
	}
	if err := s.finishScrub(bounded); err != nil && bounded.Err() == nil {
		return err
	}
	return ctx.Err()
}
