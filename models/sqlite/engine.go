package sqlite

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlite/reserve"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
)

// engine is what SQLite does in its own way: sqlstore.Engine.
type engine struct{ s *Store }

// Explain implements sqlstore.Engine.
func (engine) Explain(op string, err error) error { return storeError(op, err) }

// Full implements sqlstore.Engine.
func (engine) Full(err error) bool { return diskFull(err) }

// Retry implements sqlstore.Engine: there is one writer.
func (engine) Retry(error) bool { return false }

// Tokens implements sqlstore.Engine: the index reads the text itself.
func (engine) Tokens(string) (string, bool) { return "", false }

// Scrub implements sqlstore.Engine.
func (e engine) Scrub(ctx context.Context) error { return e.s.scrub(ctx) }

// tryBytes is more than a stretch of speech takes.
const tryBytes = 256 << 10

// Room implements sqlstore.Engine.
func (e engine) Room(context.Context) error {
	if err := disk.TakeRoom(e.s.path+".try", tryBytes); err != nil {
		return fmt.Errorf("%w: %w", models.ErrUnavailable, disk.Unusable(e.s.path, err))
	}
	return nil
}

// Commit implements sqlstore.Engine: how far the record has come is noted beside it, and so is what was removed.
func (e engine) Commit(ctx context.Context, tx *sqldb.Tx, began time.Time) error {
	s := e.s
	now := reserve.Progress{Lineage: s.lineage, At: began}
	var removal, entry int64
	err := tx.QueryRowContext(ctx, `UPDATE lineage SET commits = commits + 1
		RETURNING commits, (SELECT ifnull(max(id), 0) FROM removals), (SELECT ifnull(max(id), 0) FROM taken)`).
		Scan(&now.Commits, &removal, &entry)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return err
	}
	s.reserve.Reached(now)
	s.fold.Soon()
	err = s.journal.Follow(removal, entry, func(removal, entry int64) (taken.Log, error) {
		return sqlstore.TakenSince(context.WithoutCancel(ctx), s.read, removal, entry)
	})
	if err != nil { // the next transaction tries again
		_ = s.Wrote("copy what was removed", fmt.Errorf("store: copy what was removed: %w: %w", models.ErrUnavailable, err))
	}
	return nil
}
