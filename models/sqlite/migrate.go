package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	sqlite3 "github.com/mattn/go-sqlite3"

	"earshot/models"
	"earshot/models/store"
)

// migrations run in the order of their names, each once, in one transaction that writes its name into the table
// migrated; what SQL cannot do follows the script in the same transaction (afterScript). user_version is how many have run, which a reader
// can compare without knowing the table. A released
// migration is never changed, and a new one gets a higher number than all released ones.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of migrations.
func schemaVersion() int {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is well-formed
	return len(names)
}

// migrate brings the database to the newest schema.
func migrate(ctx context.Context, db *sql.DB) error {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	done, err := migrated(ctx, db, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(done, path.Base(name)) {
			continue
		}
		if err := apply(ctx, db, name); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

// migrated lists the migrations that have run. A database from before there was a list has run the first ones.
func migrated(ctx context.Context, db *sql.DB, names []string) (done []string, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	var version, listed int
	err = tx.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema WHERE name = 'migrated')`).Scan(&version, &listed)
	if err != nil {
		return nil, err
	}
	if listed == 0 {
		if _, err := tx.ExecContext(ctx, "CREATE TABLE migrated (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"); err != nil {
			return nil, err
		}
		for _, name := range names[:min(version, len(names))] {
			if _, err := tx.ExecContext(ctx, "INSERT INTO migrated (name) VALUES (?)", path.Base(name)); err != nil {
				return nil, err
			}
		}
	}
	done, err = list(ctx, tx, func(rows *sql.Rows) (name string, err error) {
		err = rows.Scan(&name)
		return name, err
	}, "SELECT name FROM migrated")
	if err != nil {
		return nil, err
	}
	return done, tx.Commit()
}

func apply(ctx context.Context, db *sql.DB, name string) error {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return err
	}
	if more := afterScript[path.Base(name)]; more != nil {
		if err := more(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO migrated (name) VALUES (?)", path.Base(name)); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM migrated").Scan(&n); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", n)); err != nil {
		return err
	}
	return tx.Commit()
}

// probe reads whose database the file is and its schema version, over a connection that cannot change anything.
func probe(ctx context.Context, path string) (version int, err error) {
	db := openPool(readerDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	var id int
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err == nil {
		err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	}
	var e sqlite3.Error
	switch {
	case errors.As(err, &e) && e.Code == sqlite3.ErrNotADB:
		return 0, foreign(path, "it is not a SQLite database, or its beginning is overwritten")
	case err != nil:
		return 0, openError(path, err)
	case id != applicationID:
		return 0, foreign(path, "another program made this database")
	}
	return version, nil
}

func foreign(path, why string) error {
	return models.WithHint(fmt.Errorf("store: %s: %w: %s", path, store.ErrForeign, why),
		"the file was not changed: choose another data_dir, or restore a backup")
}

// checkVersion refuses a schema this program does not know, or cannot bring up to date because it only reads.
func checkVersion(path string, version int, write bool) error {
	known := schemaVersion()
	switch {
	case version > known:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program knows up to %d",
			path, store.ErrNewerSchema, version, known), "use the newer Earshot, or restore a backup from before the upgrade")
	case version < known && !write:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program needs %d",
			path, store.ErrOlderSchema, version, known), "start the new Earshot once with this data_dir: it brings the database up to date")
	}
	return nil
}

// afterScript is what a migration does that SQL cannot, in the same transaction.
var afterScript = map[string]func(context.Context, *sql.Tx) error{
	"0080_room_addresses.sql": roomsByAddress,
}

// movedRooms are the new identities of each old one: several where rooms of one name on several servers were taken for one.
type movedRooms map[string][]string

// roomsByAddress gives every room its address as identity. What was given for a name that several rooms had, such as access,
// is not given to any of them: a person has to say which was meant. Wishes not to be heard hold in all of them.
func roomsByAddress(ctx context.Context, tx *sql.Tx) error {
	moved, err := moveSessions(ctx, tx)
	if err != nil {
		return err
	}
	if err := moveIdentities(ctx, tx, moved); err != nil {
		return err
	}
	if err := moveAccess(ctx, tx, moved); err != nil {
		return err
	}
	for old, now := range moved {
		for _, room := range now {
			for _, query := range []string{
				"INSERT INTO objections (mark, room, at) SELECT mark, ?2, at FROM objections WHERE room = ?1 ON CONFLICT DO NOTHING",
				"INSERT INTO pauses (room, by, at) SELECT ?2, by, at FROM pauses WHERE room = ?1 ON CONFLICT DO NOTHING",
				"INSERT INTO erasures (kind, target, room, by, at) SELECT kind, target, ?2, by, at FROM erasures WHERE room = ?1 AND kind = 'person'",
				"INSERT INTO erasures (kind, target, room, by, at) SELECT kind, ?2, room, by, at FROM erasures WHERE target = ?1 AND kind = 'room'",
			} {
				if _, err := tx.ExecContext(ctx, query, old, room); err != nil {
					return err
				}
			}
		}
		for _, query := range []string{
			"DELETE FROM objections WHERE room = ?", "DELETE FROM pauses WHERE room = ?",
			"DELETE FROM erasures WHERE room = ? AND kind = 'person'", "DELETE FROM erasures WHERE target = ? AND kind = 'room'",
		} {
			if _, err := tx.ExecContext(ctx, query, old); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveSessions renames the rooms of sessions, and of ledgers that count in rooms. Sessions without an address keep what
// they have.
func moveSessions(ctx context.Context, tx *sql.Tx) (movedRooms, error) {
	type row struct{ id, room, url string }
	sessions, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.room, &r.url)
		return r, err
	}, "SELECT id, room, url FROM sessions")
	if err != nil {
		return nil, err
	}
	moved := movedRooms{}
	for _, r := range sessions {
		a, err := models.ParseAddress(r.url)
		if err != nil || a.ID() == r.room {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET scope = ? WHERE session = ? AND scope = ?", a.ID(), r.id, r.room); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE sessions SET room = ? WHERE id = ?", a.ID(), r.id); err != nil {
			return nil, err
		}
		if !slices.Contains(moved[r.room], a.ID()) {
			moved[r.room] = append(moved[r.room], a.ID())
		}
	}
	return moved, nil
}

// moveIdentities moves what hosts said about people to the rooms where these were seen. One who was seen in several rooms of
// one name may be several people: they get the name each for themselves.
func moveIdentities(ctx context.Context, tx *sql.Tx, moved movedRooms) error {
	type row struct{ room, speaker, person string }
	old, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.room, &r.speaker, &r.person)
		return r, err
	}, "SELECT room, speaker_id, person FROM identities WHERE room NOT IN (SELECT room FROM sessions)")
	if err != nil {
		return err
	}
	for _, r := range old {
		rooms, err := list(
			ctx, tx, scanText, "SELECT DISTINCT s.room FROM speakers p JOIN sessions s ON s.id = p.session WHERE p.id = ? ORDER BY 1", r.speaker,
		)
		if err != nil {
			return err
		}
		rooms = slices.DeleteFunc(rooms, func(room string) bool { return !slices.Contains(moved[r.room], room) })
		for i, room := range rooms {
			if err := moveIdentity(ctx, tx, r.person, room, r.speaker, i > 0); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM identities WHERE room = ? AND speaker_id = ?", r.room, r.speaker); err != nil {
			return err
		}
	}
	return nil
}

// moveIdentity stores an identity in its room; apart: as another person of the same name.
func moveIdentity(ctx context.Context, tx *sql.Tx, person, room, speaker string, apart bool) error {
	if apart {
		own := models.PersonID(room, speaker)
		_, err := tx.ExecContext(ctx, "INSERT INTO people (id, name) SELECT ?, name FROM people WHERE id = ? ON CONFLICT DO NOTHING", own, person)
		if err != nil {
			return err
		}
		person = own
	}
	_, err := tx.ExecContext(
		ctx, "INSERT INTO identities (room, speaker_id, person) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", room, speaker, person,
	)
	return err
}

// moveAccess renames the rooms that users have access to. A name that is no one room's stays and opens nothing.
func moveAccess(ctx context.Context, tx *sql.Tx, moved movedRooms) error {
	users, err := list(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users")
	if err != nil {
		return err
	}
	for _, u := range users {
		if !renameRooms(u.Rooms, func(old string) string {
			if now := moved[old]; len(now) == 1 {
				return now[0]
			}
			return old
		}) {
			continue
		}
		if err := putRooms(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}
