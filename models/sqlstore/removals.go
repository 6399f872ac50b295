package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// Note records who changed what, in the transaction of the change.
func Note(ctx context.Context, tx Txn, when time.Time, by, what, target, session string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO audit (at, by, what, target, session) VALUES (?, ?, ?, ?, ?)",
		millis(when), clean(by), what, target, session)
	return err
}

// Note records who did what, in addition to the changes recorded with what they change.
func (s *Store) Note(ctx context.Context, by, what, target, session string) error {
	return s.Update(ctx, "note", func(tx Txn) error { return Note(ctx, tx, tx.Now, by, what, target, session) })
}

// Audit lists at most limit entries of the audit log, the latest first.
func (s *Store) Audit(ctx context.Context, limit int) ([]models.AuditEntry, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (e models.AuditEntry, err error) {
		var when int64
		err = rows.Scan(&when, &e.By, &e.What, &e.Target, &e.Session)
		e.At = at(when)
		return e, err
	}, "SELECT at, by, what, target, session FROM audit ORDER BY id DESC LIMIT ?", limit)
	return found, s.Explain("list audit", err)
}

// noteRemoval appends to the list of removals in the transaction that deletes, and schedules the scrubbing of the files.
func noteRemoval(ctx context.Context, tx Txn, r models.Removal) error {
	if err := tx.Alone(ctx); err != nil {
		return err
	}
	last, before, err := lastRemoval(ctx, tx)
	if err != nil {
		return err
	}
	r.ID, r.By = last+1, clean(r.By)
	if r.At.IsZero() {
		r.At = tx.Now
	}
	r.Hash = r.Link(before)
	return putRemoval(ctx, tx, r)
}

// lastRemoval returns the last link of the chain.
func lastRemoval(ctx context.Context, tx Txn) (id int64, hash string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0), coalesce((SELECT hash FROM removals ORDER BY id DESC LIMIT 1), '')
		FROM removals`).Scan(&id, &hash)
	return id, hash, err
}

func putRemoval(ctx context.Context, tx Txn, r models.Removal) error {
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

// Removals lists what was removed, the earliest first.
func (s *Store) Removals(ctx context.Context) ([]models.Removal, error) {
	found, err := sqldb.List(ctx, s.read, scanRemoval, "SELECT "+removalColumns+" FROM removals ORDER BY id")
	return found, s.Explain("list removals", err)
}

// CheckRemovals verifies the chain of removals: see store.CheckRemovals.
func (s *Store) CheckRemovals(ctx context.Context) (last string, err error) {
	all, err := s.Removals(ctx)
	if err != nil {
		return "", err
	}
	return store.CheckRemovals(all)
}
