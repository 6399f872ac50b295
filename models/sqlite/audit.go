package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
)

// note writes down who changed what, in the transaction of the change.
func note(ctx context.Context, tx *sql.Tx, when time.Time, by, what, target, session string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO audit (at, by, what, target, session) VALUES (?, ?, ?, ?, ?)",
		millis(when), clean(by), what, target, session)
	return err
}

// Note writes down who did what, beside the changes that are noted with what they change.
func (s *Store) Note(ctx context.Context, by, what, target, session string) error {
	return s.update(ctx, "note", func(tx *sql.Tx) error { return note(ctx, tx, time.Now(), by, what, target, session) })
}

// Audit lists who changed what, the latest first, at most limit entries.
func (s *Store) Audit(ctx context.Context, limit int) ([]models.AuditEntry, error) {
	found, err := list(ctx, s.read, func(rows *sql.Rows) (e models.AuditEntry, err error) {
		var when int64
		err = rows.Scan(&when, &e.By, &e.What, &e.Target, &e.Session)
		e.At = at(when)
		return e, err
	}, "SELECT at, by, what, target, session FROM audit ORDER BY id DESC LIMIT ?", limit)
	return found, storeError("list audit", err)
}
