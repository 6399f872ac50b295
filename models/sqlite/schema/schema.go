// Package schema brings a database to the schema that this program needs.
package schema

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"earshot/models/sqlstore/sqldb"
)

// migrations run in the order of their names, each once, in one transaction that writes its name into the table migrated;
// what SQL cannot do follows the script in the same transaction (afterScript). user_version is how many have run, which a
// reader can compare without knowing the table. A released migration is never changed, and a new one gets a higher number
// than all released ones.
//
//go:embed migrations/*.sql
var migrations embed.FS

// Names lists the migrations in their order.
func Names() []string {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // sorted; the pattern is well-formed
	return names
}

// Version is the number of migrations.
func Version() int { return len(Names()) }

// Migrate brings the database to the newest schema.
func Migrate(ctx context.Context, db *sql.DB) error {
	done, err := Applied(ctx, db)
	if err != nil {
		return err
	}
	for _, name := range Names() {
		if slices.Contains(done, path.Base(name)) {
			continue
		}
		if err := Apply(ctx, db, name); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

// Applied lists the migrations that have run. A database from before there was a list has run the first ones.
func Applied(ctx context.Context, db *sql.DB) (done []string, err error) {
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
		for _, name := range Names()[:min(version, Version())] {
			if _, err := tx.ExecContext(ctx, "INSERT INTO migrated (name) VALUES (?)", path.Base(name)); err != nil {
				return nil, err
			}
		}
	}
	done, err = sqldb.List(ctx, tx, sqldb.Text, "SELECT name FROM migrated")
	if err != nil {
		return nil, err
	}
	return done, tx.Commit()
}

// Apply runs one of the migrations.
func Apply(ctx context.Context, db *sql.DB, name string) error {
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
