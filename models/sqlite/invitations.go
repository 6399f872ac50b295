package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"earshot/models"
)

// PutInvitation stores a link by which the bot can be invited once. hash stands for its secret.
func (s *Store) PutInvitation(ctx context.Context, hash string, i models.Invitation) error {
	doc, err := json.Marshal(i)
	if err != nil {
		return storeError("store invitation", err)
	}
	if _, err := s.sweepInvitations(ctx, time.Now()); err != nil {
		return err
	}
	return s.update(ctx, "store invitation", func(tx *sql.Tx) error {
		_, err = tx.ExecContext(
			ctx, "INSERT INTO invitations (hash, doc, by, expires) VALUES (?, ?, ?, ?)", hash, string(doc), clean(i.By), millis(i.Expires),
		)
		return err
	})
}

// sweepInvitations removes the links whose time is over, and tells how many.
func (s *Store) sweepInvitations(ctx context.Context, now time.Time) (n int, err error) {
	err = s.update(ctx, "remove expired invitations", func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "DELETE FROM invitations WHERE expires <= ?", millis(now))
		if err != nil {
			return err
		}
		removed, err := done.RowsAffected()
		n = int(removed)
		return err
	})
	return n, err
}

const unexpired = " FROM invitations WHERE hash = ? AND expires > ?"

func scanInvitation(rows *sql.Rows) (i models.Invitation, err error) {
	var doc string
	if err := rows.Scan(&doc); err != nil {
		return i, err
	}
	return i, json.Unmarshal([]byte(doc), &i)
}

// Invitation finds a link. models.ErrNotFound: it was never made, is used up or has expired.
func (s *Store) Invitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error) {
	i, err := one(ctx, s.read, scanInvitation, "SELECT doc"+unexpired, hash, millis(now))
	return i, storeError("read invitation", err)
}

// TakeInvitation uses a link up and says for what it was. Of several who try at once one gets it; the others get
// models.ErrNotFound.
func (s *Store) TakeInvitation(ctx context.Context, hash string, now time.Time) (i models.Invitation, err error) {
	err = s.update(ctx, "take invitation", func(tx *sql.Tx) error {
		i, err = one(ctx, tx, scanInvitation, "DELETE"+unexpired+" RETURNING doc", hash, millis(now))
		return err
	})
	return i, err
}
