package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Copied has new rows be numbered after those that were copied with their numbers: see sqlstore.Store.CopyTo.
func (e *engine) Copied(ctx context.Context) error {
	rows, err := e.s.pool.Query(ctx, `SELECT table_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_identity = 'YES' AND column_name = 'id'`)
	if err != nil {
		return plain(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return plain(err)
	}
	for _, name := range names {
		table := pgx.Identifier{name}.Sanitize() //nolint:misspell // pgx's name
		next := fmt.Sprintf("SELECT setval(pg_get_serial_sequence($1, 'id'), (SELECT coalesce(max(id), 0) + 1 FROM %s), false)", table)
		if _, err := e.s.pool.Exec(ctx, next, table); err != nil {
			return plain(err)
		}
	}
	return nil
}
