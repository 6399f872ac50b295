package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/store"
)

// note writes down who changed what, in the transaction of the change.
func note(ctx context.Context, tx txn, when time.Time, by, what, target, session string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO audit (at, by, what, target, session) VALUES (?, ?, ?, ?, ?)",
		millis(when), clean(by), what, target, session)
	return err
}

// Note writes down who did what, beside the changes that are noted with what they change.
func (s *Store) Note(ctx context.Context, by, what, target, session string) error {
	return s.update(ctx, "note", func(tx txn) error { return note(ctx, tx, tx.now, by, what, target, session) })
}

// Audit lists who changed what, the latest first, at most limit entries.
func (s *Store) Audit(ctx context.Context, limit int) ([]models.AuditEntry, error) {
	found, err := conn.List(ctx, s.read, func(rows *sql.Rows) (e models.AuditEntry, err error) {
		var when int64
		err = rows.Scan(&when, &e.By, &e.What, &e.Target, &e.Session)
		e.At = at(when)
		return e, err
	}, "SELECT at, by, what, target, session FROM audit ORDER BY id DESC LIMIT ?", limit)
	return found, storeError("list audit", err)
}

// noteRemoval appends to the list of removals in the transaction that removes, and sees to it that the files are
// scrubbed afterwards.
func noteRemoval(ctx context.Context, tx txn, r models.Removal) error {
	last, before, err := lastRemoval(ctx, tx)
	if err != nil {
		return err
	}
	r.ID, r.By = last+1, clean(r.By)
	if r.At.IsZero() {
		r.At = tx.now
	}
	r.Hash = r.Link(before)
	return putRemoval(ctx, tx, r)
}

// lastRemoval is the end of the chain.
func lastRemoval(ctx context.Context, tx txn) (id int64, hash string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT ifnull(max(id), 0), ifnull((SELECT hash FROM removals ORDER BY id DESC LIMIT 1), '')
		FROM removals`).Scan(&id, &hash)
	return id, hash, err
}

func putRemoval(ctx context.Context, tx txn, r models.Removal) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO removals ("+removalColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.ID, millis(r.At), r.By, r.What, r.Target, r.Rows, r.Hash)
	if err != nil {
		return err
	}
	return needScrub(ctx, tx)
}

const removalColumns = "id, at, by, what, target, rows, hash"

func scanRemoval(rows *sql.Rows) (r models.Removal, err error) {
	var ms int64
	err = rows.Scan(&r.ID, &ms, &r.By, &r.What, &r.Target, &r.Rows, &r.Hash)
	r.At = at(ms)
	return r, err
}

// Removals lists what was removed, the first first.
func (s *Store) Removals(ctx context.Context) ([]models.Removal, error) {
	found, err := conn.List(ctx, s.read, scanRemoval, "SELECT "+removalColumns+" FROM removals ORDER BY id")
	return found, storeError("list removals", err)
}

// CheckRemovals follows the chain of removals: see store.CheckRemovals.
func (s *Store) CheckRemovals(ctx context.Context) (last string, err error) {
	all, err := s.Removals(ctx)
	if err != nil {
		return "", err
	}
	return store.CheckRemovals(all)
}
