package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
	"earshot/models/store"
)

const (
	userColumns       = "id, name, access, rooms, password, created"
	credentialColumns = "hash, kind, user, label, access, created, expires, rooms"
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

// Users lists who may open the pages, by name.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	found, err := conn.List(ctx, s.read, scanUser, "SELECT "+userColumns+" FROM users ORDER BY name")
	return found, storeError("list users", err)
}

// UserNamed reads a user by name, whatever the capitals. models.ErrNotFound when there is none.
func (s *Store) UserNamed(ctx context.Context, name string) (models.User, error) {
	u, err := conn.One(ctx, s.read, scanUser, "SELECT "+userColumns+" FROM users WHERE name = ?", clean(name))
	return u, storeError("read user", err)
}

// PutUser stores a user, or what changed of one. models.ErrInvalid: the name is empty, too long or another's.
func (s *Store) PutUser(ctx context.Context, u models.User, by string, when time.Time) error {
	const op = "store user"
	rooms, err := json.Marshal(u.Rooms)
	if err != nil {
		return storeError(op, err)
	}
	if u.Name = clean(u.Name); u.Name == "" || len(u.Name) > maxName || u.ID == "" {
		return storeError(op, fmt.Errorf("%w: a name of %d bytes, want 1 to %d", models.ErrInvalid, len(u.Name), maxName))
	}
	return s.update(ctx, op, func(tx txn) error {
		var others int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE name = ? AND id <> ?", u.Name, u.ID).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return fmt.Errorf("%w: somebody has that name", models.ErrInvalid)
		}
		change := journal.Entry{At: millis(when), By: by, What: journal.Access, User: u.ID, Access: u.Access, Rooms: u.Rooms}
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
		return note(ctx, tx, when, by, "access given", u.ID, "")
	})
}

// DeleteUser takes all access away from a user, with every login and key. models.ErrNotFound when there is none.
func (s *Store) DeleteUser(ctx context.Context, id, by string, when time.Time) error {
	return s.update(ctx, "delete user", func(tx txn) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM users WHERE id = ?", id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		if err := putTaken(ctx, tx, journal.Entry{At: millis(when), By: by, What: journal.User, User: id}); err != nil {
			return err
		}
		return note(ctx, tx, when, by, "access taken", id, "")
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

// PutCredential stores a token's hash, and forgets those that have expired. models.ErrNotFound when there is no such user. Keys and
// links are noted as made by whom; "" notes nothing: a browser logs in.
func (s *Store) PutCredential(ctx context.Context, c models.Credential, by string) error {
	const op = "store credential"
	rooms, err := json.Marshal(c.Rooms)
	if err != nil {
		return storeError(op, err)
	}
	return s.update(ctx, op, func(tx txn) error {
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
		return note(ctx, tx, tx.now, by, string(c.Kind)+" made", c.User, "")
	})
}

// Credential finds whom a token stands for. models.ErrNotFound when it is unknown, of another kind or has expired.
func (s *Store) Credential(
	ctx context.Context, kind models.CredentialKind, hash string, now time.Time,
) (c models.Credential, u models.User, err error) {
	err = s.view(ctx, "read credential", func(tx txn) error {
		c, err = conn.One(ctx, tx, scanCredential, "SELECT "+credentialColumns+` FROM credentials
			WHERE hash = ? AND kind = ? AND (expires IS NULL OR expires > ?)`, hash, kind, millis(now))
		if err == nil {
			u, err = conn.One(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users WHERE id = ?", c.User)
		}
		return err
	})
	return c, u, err
}

// Credentials lists the tokens of a kind, of all users, the newest first.
func (s *Store) Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error) {
	found, err := conn.List(
		ctx, s.read, scanCredential, "SELECT "+credentialColumns+" FROM credentials WHERE kind = ? ORDER BY created DESC", kind,
	)
	return found, storeError("list credentials", err)
}

// DropCredential makes a token worthless. models.ErrNotFound when it is so already: of two who use a link at once, one wins.
// by is who took it back; "" notes nothing: its holder used it up or logged out.
func (s *Store) DropCredential(ctx context.Context, hash, by string) error {
	return s.update(ctx, "drop credential", func(tx txn) error {
		var kind, user string
		err := tx.QueryRowContext(ctx, "DELETE FROM credentials WHERE hash = ? RETURNING kind, user", hash).Scan(&kind, &user)
		if err != nil || by == "" {
			return err
		}
		return note(ctx, tx, tx.now, by, kind+" revoked", user, "")
	})
}

// RenameAccess moves access that was given for old names of rooms, before their addresses were known, to the rooms that
// rename finds for them; it returns a name unchanged where none is meant for certain.
func (s *Store) RenameAccess(ctx context.Context, rename func(old string) string) error {
	return s.update(ctx, "move access", func(tx txn) error {
		users, err := conn.List(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users")
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
