package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
)

// PutInvitation stores a link by which the bot can be invited once. hash stands for its secret.
func (s *Store) PutInvitation(ctx context.Context, hash string, i models.Invitation) error {
	doc, err := json.Marshal(i)
	if err != nil {
		return storeError("store invitation", err)
	}
	if _, err := s.sweepInvitations(ctx, s.now()); err != nil {
		return err
	}
	return s.update(ctx, "store invitation", func(tx txn) error {
		_, err = tx.ExecContext(
			ctx, "INSERT INTO invitations (hash, doc, by, expires) VALUES (?, ?, ?, ?)", hash, string(doc), clean(i.By), millis(i.Expires),
		)
		return err
	})
}

// sweepInvitations removes the links whose time is over, and tells how many.
func (s *Store) sweepInvitations(ctx context.Context, now time.Time) (n int, err error) {
	err = s.update(ctx, "remove expired invitations", func(tx txn) error {
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
	i, err := conn.One(ctx, s.read, scanInvitation, "SELECT doc"+unexpired, hash, millis(now))
	return i, storeError("read invitation", err)
}

// TakeInvitation uses a link up and says for what it was. Of several who try at once one gets it; the others get
// models.ErrNotFound.
func (s *Store) TakeInvitation(ctx context.Context, hash string, now time.Time) (i models.Invitation, err error) {
	err = s.update(ctx, "take invitation", func(tx txn) error {
		i, err = conn.One(ctx, tx, scanInvitation, "DELETE"+unexpired+" RETURNING doc", hash, millis(now))
		return err
	})
	return i, err
}

func scanServer(rows *sql.Rows) (s models.AllowedServer, err error) {
	var when int64
	err = rows.Scan(&s.Server, &s.Private, &s.By, &when)
	s.At = at(when)
	return s, err
}

// AllowedServers lists the room servers that owners allowed the bot to be invited to.
func (s *Store) AllowedServers(ctx context.Context) ([]models.AllowedServer, error) {
	found, err := conn.List(ctx, s.read, scanServer, "SELECT server, private, by, at FROM servers ORDER BY server")
	return found, storeError("list servers", err)
}

// AllowServer has the bot be invited to a room server from now on. A zero At is set to now.
func (s *Store) AllowServer(ctx context.Context, a models.AllowedServer) error {
	if a.At.IsZero() {
		a.At = s.now()
	}
	return s.update(ctx, "allow server", func(tx txn) error {
		if !a.Private { // of a private network it may have been allowed before
			narrows := false
			err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM servers WHERE server = ? AND private = 1)", a.Server).Scan(&narrows)
			if err == nil && narrows {
				err = putTaken(ctx, tx, journal.Entry{At: millis(a.At), By: a.By, What: journal.Server, Server: a.Server})
			}
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO servers (server, private, by, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (server) DO UPDATE SET private = excluded.private, by = excluded.by, at = excluded.at`,
			a.Server, a.Private, clean(a.By), millis(a.At))
		if err != nil {
			return err
		}
		return note(ctx, tx, a.At, a.By, "room server allowed", a.Server, "")
	})
}

// ForbidServer takes back what AllowServer gave. models.ErrNotFound when it was not allowed.
func (s *Store) ForbidServer(ctx context.Context, server, by string, when time.Time) error {
	return s.update(ctx, "forbid server", func(tx txn) error {
		n, err := changed(tx.ExecContext(ctx, "DELETE FROM servers WHERE server = ?", server))
		if err != nil {
			return err
		}
		if n == 0 {
			return sql.ErrNoRows
		}
		if err := putTaken(ctx, tx, journal.Entry{At: millis(when), By: by, What: journal.Server, Server: server}); err != nil {
			return err
		}
		return note(ctx, tx, when, by, "room server forbidden", server, "")
	})
}
