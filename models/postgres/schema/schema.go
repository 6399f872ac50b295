// Package schema brings a PostgreSQL database up to date.
package schema

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"earshot/models"
	"earshot/models/store"
)

//go:embed migrations
var migrations embed.FS

// additive ends the name of a migration that an older program need not know: it only adds what that program does not look at.
const additive = ".additive.sql"

// lock is what one process at a time holds while it looks at the schema and changes it ("Earshot" in the high bytes).
const lock = 0x45617273686f74

// names are the migrations in their order.
func names() (out []string) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, f := range files {
		out = append(out, f.Name())
	}
	return out
}

// Migrate makes a new record in an empty schema, or brings an older one up to date, each migration in a transaction. Several
// processes may begin at once: one does it, the others wait. store.ErrForeign: the schema holds something else's tables;
// store.ErrNewerSchema: a newer Earshot has changed it so that this one cannot use it.
func Migrate(ctx context.Context, c *pgx.Conn) (err error) {
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return err
	}
	defer func() {
		_, unlockErr := c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(lock))
		err = errors.Join(err, unlockErr)
	}()
	done, err := applied(ctx, c)
	if err != nil {
		return err
	}
	if done == nil {
		if _, err := c.Exec(ctx, `CREATE TABLE IF NOT EXISTS migrated (name text COLLATE "C" PRIMARY KEY)`); err != nil {
			return err
		}
	}
	for _, name := range names() {
		if slices.Contains(done, name) {
			continue
		}
		if err := apply(ctx, c, name); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

// Check refuses a schema that this program cannot use as it is: models.ErrNotFound for an empty one, and store.ErrOlderSchema beside the
// errors of Migrate.
func Check(ctx context.Context, c *pgx.Conn) error {
	done, err := applied(ctx, c)
	if err != nil {
		return err
	}
	if done == nil {
		return models.WithHint(fmt.Errorf("it is empty: no record is in it yet: %w", models.ErrNotFound), "run \"earshot serve\" first")
	}
	for _, name := range names() {
		if !slices.Contains(done, name) {
			return models.WithHint(fmt.Errorf("the database is %w: migration %s is missing", store.ErrOlderSchema, name),
				"start the new Earshot once with this database: it brings it up to date")
		}
	}
	return nil
}

// applied lists the migrations that have run; nil: the schema is empty.
func applied(ctx context.Context, c *pgx.Conn) (done []string, err error) {
	var ours bool
	var others int
	err = c.QueryRow(ctx, `SELECT to_regclass('migrated') IS NOT NULL AND to_regclass('lineage') IS NOT NULL,
		(SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename <> 'migrated')`).Scan(&ours, &others)
	switch {
	case err != nil:
		return nil, err
	case !ours && others > 0:
		return nil, models.WithHint(fmt.Errorf("the database is %w: its schema holds %d tables of something else", store.ErrForeign, others),
			"nothing was changed: give Earshot a separate database")
	case !ours:
		return nil, nil
	}
	rows, err := c.Query(ctx, "SELECT name FROM migrated ORDER BY name")
	if err != nil {
		return nil, err
	}
	if done, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return nil, err
	}
	known := names()
	for _, name := range done {
		if !slices.Contains(known, name) && !strings.HasSuffix(name, additive) {
			return nil, models.WithHint(fmt.Errorf("the database was %w: this program does not know its migration %s", store.ErrNewerSchema, name),
				"use the newer Earshot, or restore a backup from before the upgrade")
		}
	}
	return done, nil
}

// apply runs a migration in a transaction.
func apply(ctx context.Context, c *pgx.Conn, name string) error {
	script, err := migrations.ReadFile(path.Join("migrations", name))
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(script)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO migrated (name) VALUES ($1)", name)
		return err
	})
}
