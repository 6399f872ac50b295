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
	"earshot/models/sqlite/disk"
	"earshot/models/store"
)

// Trouble is why the record takes nothing now, as far as the latest write tells; nil when it was taken.
func (s *Store) Trouble() *models.Trouble {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.now == nil {
		return nil
	}
	found := *s.trouble.now
	return &found
}

// tryBytes is more than a stretch of speech takes.
const tryBytes = 256 << 10

// TryWriting finds out whether there is room for what is said, so that Trouble is right even while nobody speaks, and stores
// the gaps that found no room before.
func (s *Store) TryWriting(ctx context.Context) error {
	if err := disk.TakeRoom(s.path+".try", tryBytes); err != nil {
		return s.trouble.wrote(s.now(), tryOp, fmt.Errorf("%w: %w", models.ErrUnavailable, disk.Unusable(s.path, err)))
	}
	if err := s.update(ctx, tryOp, func(txn) error { return nil }); err != nil {
		return err
	}
	return s.settleLosses(ctx, false)
}

// quickCheckTime bounds the check at the start, so that a large database does not delay listening. Check has no bound.
const quickCheckTime = 500 * time.Millisecond

// Check reads the whole database and returns an error that wraps store.ErrCorrupt when something in it is damaged:
// pages, indexes, references between tables, or the full-text index. It takes about a second per GB, more with cold disks.
func (s *Store) Check(ctx context.Context) error {
	if err := integrity(ctx, s.read, "PRAGMA integrity_check(1)"); err != nil {
		return err
	}
	rows, err := conn.List(ctx, s.read, func(r *sql.Rows) (string, error) {
		var table, parent string
		var rowid sql.NullInt64
		var fk int
		err := r.Scan(&table, &rowid, &parent, &fk)
		return table, err
	}, "PRAGMA foreign_key_check")
	if err != nil {
		return storeError("check", err)
	}
	if len(rows) > 0 {
		return corrupt(fmt.Sprintf("%d rows without their session, the first in %s", len(rows), rows[0]))
	}
	if s.write == nil {
		return nil
	}
	// rank 1 compares the index with the text it was made from. It is an INSERT, so it needs the writer.
	_, err = s.write.ExecContext(ctx, "INSERT INTO utterances_fts (utterances_fts, rank) VALUES ('integrity-check', 1)")
	return storeError("check full-text index", err)
}

// quickCheck looks at the file's length and at as much of its structure as fits the time.
func (s *Store) quickCheck(ctx context.Context) error {
	var pages, size int64
	if err := s.write.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	if err := s.write.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size); err != nil {
		return err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	// Pages that are only in the log so far make the file shorter; then the log is not empty.
	wal, _ := os.Stat(s.path + "-wal")
	if info.Size() < pages*size && (wal == nil || wal.Size() == 0) {
		return corrupt(fmt.Sprintf("%d bytes are missing at its end", pages*size-info.Size()))
	}
	bounded, cancel := context.WithTimeout(ctx, quickCheckTime)
	defer cancel()
	err = integrity(bounded, s.write, "PRAGMA quick_check(1)")
	if bounded.Err() != nil && ctx.Err() == nil && !errors.Is(err, store.ErrCorrupt) {
		return nil // a large database: what was seen of it is sound
	}
	return err
}

func integrity(ctx context.Context, db *sql.DB, pragma string) error {
	var result string
	if err := db.QueryRowContext(ctx, pragma).Scan(&result); err != nil {
		return storeError("check", err)
	}
	if result != "ok" {
		return corrupt("SQLite's check of its pages failed")
	}
	return nil
}

// orphans are queries for rows that have lost what they belong to; each counts and is told as what.
func orphans() []struct{ what, query string } {
	return []struct{ what, query string }{
		{"sounds that are kept without a flag", `SELECT count(*) FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM flags f
			WHERE f.session = e.session AND f.epoch = e.epoch AND f.track = e.track AND f.seq = e.seq)`},
		{"clips that wait although their line is there", `SELECT count(*) FROM spool JOIN utterances u USING (session, epoch, track, seq)
			WHERE parked = 0`},
		{"clips put aside without their failed line", `SELECT count(*) FROM spool p WHERE parked = 1 AND NOT EXISTS (SELECT 1 FROM utterances u
			WHERE u.session = p.session AND u.epoch = p.epoch AND u.track = p.track AND u.seq = p.seq)
			AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = p.session AND s.started < (SELECT ifnull(max(at), 0) FROM removals))`},
		{"lines of nobody", `SELECT count(*) FROM utterances u WHERE NOT EXISTS (SELECT 1 FROM speakers p
			WHERE p.session = u.session AND p.id = u.speaker_id)`},
	}
}

// Orphans lists, in words, rows that belong to nothing; none is how it should be.
func (s *Store) Orphans(ctx context.Context) ([]string, error) {
	var found []string
	for _, o := range orphans() {
		n := 0
		if err := s.read.QueryRowContext(ctx, o.query).Scan(&n); err != nil {
			return found, storeError("look for orphans", err)
		}
		if n > 0 {
			found = append(found, fmt.Sprintf("%d %s", n, o.what))
		}
	}
	return found, nil
}
