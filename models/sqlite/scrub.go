package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"earshot/models"
)

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
	if err := s.foldLog(ctx); err != nil { // most of it, while others can write
		return 0, err
	}
	if done, err := checkpoint(ctx, s.upkeep); err != nil || !done { // before anybody is made to wait
		return 0, errors.Join(err, errLogInUse)
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if done, err := checkpoint(ctx, s.upkeep); err != nil || !done {
		return 0, errors.Join(err, errLogInUse)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > 0 {
		return 0, errors.Join(errLogInUse, tx.Rollback()) // another program wrote after our checkpoint
	}
	next, err = s.wipeFile(ctx, tx, from)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return 0, err
	}
	// The writer still holds pages as they were; written again, they would bring the old bytes back.
	_, err = conn.ExecContext(ctx, "PRAGMA shrink_memory")
	return next, err
}

// wipeFile wipes some pages from one on, or all when the file has no pointer maps.
func (s *Store) wipeFile(ctx context.Context, tx *sql.Tx, from uint32) (next uint32, err error) {
	w, err := newWiper(s.file)
	if err != nil {
		return 0, err
	}
	if w.mapped {
		return w.stretch(ctx, from)
	}
	roots, err := list(ctx, tx, func(rows *sql.Rows) (n uint32, err error) {
		err = rows.Scan(&n)
		return n, err
	}, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")
	if err != nil {
		return 0, err
	}
	seen := make([]bool, w.pages+1)
	for _, root := range append(roots, 1) {
		if err := w.tree(ctx, root, seen); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

const (
	// foldBytes is how large the write-ahead log gets before it is folded into the file.
	foldBytes = 4 << 20
	// foldEvery is how often that is tried at most, when a reader keeps the log from being folded whole.
	foldEvery = time.Second
)

// folding keeps the log small without making anybody wait: the log is folded over a connection of its own, while others
// write. At most one goroutine does so at a time; Close waits for it.
type folding struct {
	group sync.WaitGroup
	busy  atomic.Bool
	last  atomic.Int64 // when it was begun, in ns since 1970
}

// foldSoon sees to it that a log that has grown is folded. Whoever has just committed calls it.
func (s *Store) foldSoon() {
	info, err := os.Stat(s.path + "-wal")
	if err != nil || info.Size() < foldBytes || time.Now().UnixNano()-s.folding.last.Load() < int64(foldEvery) {
		return
	}
	if !s.folding.busy.CompareAndSwap(false, true) {
		return
	}
	s.folding.last.Store(time.Now().UnixNano())
	s.folding.group.Go(func() {
		defer s.folding.busy.Store(false)
		ctx := context.Background()
		if err := s.foldLog(ctx); err == nil {
			// What was written meanwhile is little. With it folded too, the next transaction begins the log anew.
			_, _ = s.write.ExecContext(ctx, passive)
		}
	})
}

// passive copies as much of the log into the file as no reader needs, and waits for nobody.
const passive = "PRAGMA wal_checkpoint(PASSIVE)"

// foldLog copies the log into the file while others read and write.
func (s *Store) foldLog(ctx context.Context) error {
	_, err := s.upkeep.ExecContext(ctx, passive)
	return err
}
