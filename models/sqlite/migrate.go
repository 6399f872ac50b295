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
