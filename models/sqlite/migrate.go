package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	"earshot/models"
)

// migrations are numbered from 0001 without holes; each runs once, in one transaction with the new user_version.
// A released one is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the newest migration.
func schemaVersion() int {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is well-formed
	return len(names)
}

// migrate brings the database to the newest schema.
func migrate(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) {
			return fmt.Errorf("migration %s is out of order", name)
		}
		if i < version {
			continue
		}
		if err := apply(ctx, db, name, i+1); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, name string, version int) error {
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
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
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
	return models.WithHint(fmt.Errorf("store: %s: %w: %s", path, ErrForeign, why),
		"the file was not changed: choose another data_dir, or restore a backup")
}

// checkVersion refuses a schema this program does not know, or cannot bring up to date because it only reads.
func checkVersion(path string, version int, write bool) error {
	known := schemaVersion()
	switch {
	case version > known:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program knows up to %d",
			path, ErrNewerSchema, version, known), "use the newer Earshot, or restore a backup from before the upgrade")
	case version < known && !write:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program needs %d",
			path, ErrOlderSchema, version, known), "start the new Earshot once with this data_dir: it brings the database up to date")
	}
	return nil
}
