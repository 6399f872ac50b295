package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
	"earshot/models/store"
)

const (
	userColumns       = "id, name, access, rooms, password, created"
	credentialColumns = `hash, kind, "user", label, access, created, expires, rooms`
)

func scanUser(rows *sql.Rows) (u models.User, err error) {
	var rooms string
	var created int64
	if err = rows.Scan(&u.ID, &u.Name, &u.Access, &rooms, &u.Password, &created); err != nil {
		return u, err
	}
	u.Created = at(created)
	if err := json.Unmarshal([]byte(rooms), &u.Rooms); err != nil {
		return u, fmt.Errorf("rooms column: %w", store.ErrCorrupt)
	}
	return u, nil
}

// Users lists the users by name.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	found, err := sqldb.List(ctx, s.read, scanUser, "SELECT "+userColumns+" FROM users ORDER BY name")
	return found, s.Explain("list users", err)
}

// UserNamed returns a user by name, regardless of case, or models.ErrNotFound.
func (s *Store) UserNamed(ctx context.Context, name string) (models.User, error) {
	u, err := sqldb.One(ctx, s.read, scanUser, "SELECT "+userColumns+" FROM users WHERE lower(name) = lower(?)", clean(name))
	return u, s.Explain("read user", err)
}

// PutUser stores a new or changed user. It returns models.ErrInvalid if the name is empty, too long or taken.
func (s *Store) PutUser(ctx context.Context, u models.User, by string, when time.Time) error {
	const op = "store user"
	rooms, err := json.Marshal(u.Rooms)
	if err != nil {
		return s.Explain(op, err)
	}
	if u.Name = clean(u.Name); u.Name == "" || len(u.Name) > maxName || u.ID == "" {
		return s.Explain(op, fmt.Errorf("%w: a name of %d bytes, want 1 to %d", models.ErrInvalid, len(u.Name), maxName))
	}
	return s.Update(ctx, op, func(tx Txn) error {
		if err := tx.Alone(ctx); err != nil {
			return err
		}
		var others int
		const named = "SELECT count(*) FROM users WHERE lower(name) = lower(?) AND id <> ?"
		if err := tx.QueryRowContext(ctx, named, u.Name, u.ID).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return fmt.Errorf("%w: somebody has that name", models.ErrInvalid)
		}
		change := taken.Entry{At: millis(when), By: by, What: taken.Access, User: u.ID, Access: u.Access, Rooms: u.Rooms}
		err := tx.QueryRowContext(ctx, "SELECT password <> ? FROM users WHERE id = ?", u.Password, u.ID).Scan(&change.Password)
		switch {
		case errors.Is(err, sql.ErrNoRows): // a new one has lost nothing
		case err != nil:
			return err
		default:
			if err := putTaken(ctx, tx, change); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO users ("+userColumns+`) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, access = excluded.access, rooms = excluded.rooms, password = excluded.password`,
			u.ID, u.Name, u.Access, string(rooms), u.Password, millis(when))
		if err != nil {
			return err
		}
		return Note(ctx, tx, when, by, "access given", u.ID, "")
	})
}

// DeleteUser deletes a user with all logins and keys. It returns models.ErrNotFound if there is no such user.
func (s *Store) DeleteUser(ctx context.Context, id, by string, when time.Time) error {
	return s.Update(ctx, "delete user", func(tx Txn) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM users WHERE id = ?", id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		if err := putTaken(ctx, tx, taken.Entry{At: millis(when), By: by, What: taken.User, User: id}); err != nil {
			return err
		}
		return Note(ctx, tx, when, by, "access taken", id, "")
	})
}

func scanCredential(rows *sql.Rows) (c models.Credential, err error) {
	var created int64
	var expires sql.NullInt64
	var in string
	if err = rows.Scan(&c.Hash, &c.Kind, &c.User, &c.Label, &c.Access, &created, &expires, &in); err != nil {
		return c, err
	}
	c.Created, c.Expires = at(created), atNull(expires)
	if err := json.Unmarshal([]byte(in), &c.Rooms); err != nil {
		return c, fmt.Errorf("rooms column: %w", store.ErrCorrupt)
	}
	return c, nil
}

// PutCredential stores a token's hash and deletes expired ones. The creator of keys and links is recorded in the audit log, unless by is
// empty, as when a browser logs in. It returns models.ErrNotFound if there is no such user.
func (s *Store) PutCredential(ctx context.Context, c models.Credential, by string) error {
	const op = "store credential"
	rooms, err := json.Marshal(c.Rooms)
	if err != nil {
		return s.Explain(op, err)
	}
	return s.Update(ctx, op, func(tx Txn) error {
		var known int
		if err := tx.QueryRowContext(ctx, "SELECT 1 FROM users WHERE id = ?", c.User).Scan(&known); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM credentials WHERE expires <= ?", millis(c.Created)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO credentials ("+credentialColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			c.Hash, c.Kind, c.User, clean(c.Label), c.Access, millis(c.Created), nullMillis(c.Expires), string(rooms))
		if err != nil || by == "" {
			return err
		}
		return Note(ctx, tx, tx.Now, by, string(c.Kind)+" made", c.User, "")
	})
}

// Credential returns the owner of a token, or models.ErrNotFound if the token is unknown, of another kind or expired.
func (s *Store) Credential(
	ctx context.Context, kind models.CredentialKind, hash string, now time.Time,
) (c models.Credential, u models.User, err error) {
	err = s.View(ctx, "read credential", func(tx Txn) error {
		c, err = sqldb.One(ctx, tx, scanCredential, "SELECT "+credentialColumns+` FROM credentials
			WHERE hash = ? AND kind = ? AND (expires IS NULL OR expires > ?)`, hash, kind, millis(now))
		if err == nil {
			u, err = sqldb.One(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users WHERE id = ?", c.User)
		}
		return err
	})
	return c, u, err
}

// Credentials lists all users' tokens of a kind, the newest first.
func (s *Store) Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error) {
	found, err := sqldb.List(
		ctx, s.read, scanCredential, "SELECT "+credentialColumns+" FROM credentials WHERE kind = ? ORDER BY created DESC", kind,
	)
	return found, s.Explain("list credentials", err)
}

// DropCredential revokes a token. It returns models.ErrNotFound if there is no such token: of two who use a link at the same time, one
// wins. by is who revoked it; if it is empty, because the holder used it up or logged out, nothing is recorded in the audit log.
func (s *Store) DropCredential(ctx context.Context, hash, by string) error {
	return s.Update(ctx, "drop credential", func(tx Txn) error {
		var kind, user string
		err := tx.QueryRowContext(ctx, `DELETE FROM credentials WHERE hash = ? RETURNING kind, "user"`, hash).Scan(&kind, &user)
		if err != nil || by == "" {
			return err
		}
		return Note(ctx, tx, tx.Now, by, kind+" revoked", user, "")
	})
}

// RenameAccess moves access that was granted for old names of rooms, from before rooms were identified by address, to the rooms that
// rename returns. rename returns a name unchanged if it cannot tell which room is meant.
func (s *Store) RenameAccess(ctx context.Context, rename func(old string) string) error {
	return s.Update(ctx, "move access", func(tx Txn) error {
		users, err := sqldb.List(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users")
		if err != nil {
			return err
		}
		for _, u := range users {
			if !u.RenameRooms(rename) {
				continue
			}
			rooms, err := json.Marshal(u.Rooms)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "UPDATE users SET rooms = ? WHERE id = ?", string(rooms), u.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
