package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// quickCheckTime bounds the check at the start, so that a large database does not delay listening. Check has no bound.
const quickCheckTime = 500 * time.Millisecond

// Check reads the whole database and returns an error that wraps store.ErrCorrupt when something in it is damaged:
// pages, indexes, references between tables, or the full-text index. It takes about a second per GB, more with cold disks.
func (s *Store) Check(ctx context.Context) error {
	if err := integrity(ctx, s.read, "PRAGMA integrity_check(1)"); err != nil {
		return err
	}
	rows, err := sqldb.List(ctx, s.read, func(r *sql.Rows) (string, error) {
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
