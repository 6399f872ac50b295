package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
)

// PutInvitation stores a single-use link for inviting the bot. hash is the hash of its secret.
func (s *Store) PutInvitation(ctx context.Context, hash string, i models.Invitation) error {
	doc, err := json.Marshal(i)
	if err != nil {
		return s.Explain("store invitation", err)
	}
	if _, err := s.sweepInvitations(ctx, s.now()); err != nil {
		return err
	}
	return s.Update(ctx, "store invitation", func(tx Txn) error {
		_, err = tx.ExecContext(
			ctx, "INSERT INTO invitations (hash, doc, by, expires) VALUES (?, ?, ?, ?)", hash, string(doc), clean(i.By), millis(i.Expires),
		)
		return err
	})
}

// sweepInvitations deletes expired links and returns their number.
func (s *Store) sweepInvitations(ctx context.Context, now time.Time) (n int, err error) {
	err = s.Update(ctx, "remove expired invitations", func(tx Txn) error {
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

// Invitation returns a link, or models.ErrNotFound if it does not exist, has been used or has expired.
func (s *Store) Invitation(ctx context.Context, hash string, now time.Time) (models.Invitation, error) {
	i, err := sqldb.One(ctx, s.read, scanInvitation, "SELECT doc"+unexpired, hash, millis(now))
	return i, s.Explain("read invitation", err)
}

// TakeInvitation uses up a link and returns what it was for. If several callers try at the same time, one succeeds and the others get
// models.ErrNotFound.
func (s *Store) TakeInvitation(ctx context.Context, hash string, now time.Time) (i models.Invitation, err error) {
	err = s.Update(ctx, "take invitation", func(tx Txn) error {
		i, err = sqldb.One(ctx, tx, scanInvitation, "DELETE"+unexpired+" RETURNING doc", hash, millis(now))
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

// AllowedServers lists the room servers to which owners allow the bot to be invited.
func (s *Store) AllowedServers(ctx context.Context) ([]models.AllowedServer, error) {
	found, err := sqldb.List(ctx, s.read, scanServer, "SELECT server, private, by, at FROM servers ORDER BY server")
	return found, s.Explain("list servers", err)
}

// AllowServer allows the bot to be invited to a room server. A zero At is set to now.
func (s *Store) AllowServer(ctx context.Context, a models.AllowedServer) error {
	if a.At.IsZero() {
		a.At = s.now()
	}
	return s.Update(ctx, "allow server", func(tx Txn) error {
		if !a.Private { // of a private network it may have been allowed before
			narrows := false
			err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM servers WHERE server = ? AND private = 1)", a.Server).Scan(&narrows)
			if err == nil && narrows {
				err = putTaken(ctx, tx, taken.Entry{At: millis(a.At), By: a.By, What: taken.Server, Server: a.Server})
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
		return Note(ctx, tx, a.At, a.By, "room server allowed", a.Server, "")
	})
}

// ForbidServer revokes AllowServer. It returns models.ErrNotFound if the server was not allowed.
func (s *Store) ForbidServer(ctx context.Context, server, by string, when time.Time) error {
	return s.Update(ctx, "forbid server", func(tx Txn) error {
		n, err := changed(tx.ExecContext(ctx, "DELETE FROM servers WHERE server = ?", server))
		if err != nil {
			return err
		}
		if n == 0 {
			return sql.ErrNoRows
		}
		if err := putTaken(ctx, tx, taken.Entry{At: millis(when), By: by, What: taken.Server, Server: server}); err != nil {
			return err
		}
		return Note(ctx, tx, when, by, "room server forbidden", server, "")
	})
}

func scanScheduled(rows *sql.Rows) (t models.ScheduledTime, err error) {
	var doc string
	if err := rows.Scan(&doc); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(doc), &t)
}

// ScheduledTimes implements store.Schedules.
func (s *Store) ScheduledTimes(ctx context.Context, now time.Time) ([]models.ScheduledTime, error) {
	found, err := sqldb.List(ctx, s.read, scanScheduled,
		"SELECT doc FROM schedules WHERE until = 0 OR until > ? ORDER BY room, id", millis(now))
	return found, s.Explain("list scheduled times", err)
}

// AddScheduledTime implements store.Schedules. Times that are over are deleted.
func (s *Store) AddScheduledTime(ctx context.Context, t models.ScheduledTime) error {
	t.Name = clean(t.Name)
	doc, err := json.Marshal(t)
	if err != nil {
		return s.Explain("schedule", err)
	}
	until := int64(0)
	if !t.Until.IsZero() {
		until = millis(t.Until)
	}
	return s.Update(ctx, "schedule", func(tx Txn) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, "DELETE FROM schedules WHERE until > 0 AND until <= ?", millis(now)); err != nil {
			return err
		}
		n, err := changed(tx.ExecContext(ctx, "INSERT INTO schedules (id, room, doc, until) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
			t.ID, t.Room, string(doc), until))
		if err != nil {
			return err
		}
		if n == 0 {
			return models.ErrConflict
		}
		return Note(ctx, tx, now, t.By, "scheduled the bot", t.Room, "")
	})
}

// RemoveScheduledTime implements store.Schedules.
func (s *Store) RemoveScheduledTime(ctx context.Context, id, by string) error {
	return s.Update(ctx, "remove scheduled time", func(tx Txn) error {
		t, err := sqldb.One(ctx, tx, scanScheduled, "DELETE FROM schedules WHERE id = ? RETURNING doc", id)
		if err != nil {
			return err
		}
		return Note(ctx, tx, s.now(), by, "removed a scheduled time", t.Room, "")
	})
}
