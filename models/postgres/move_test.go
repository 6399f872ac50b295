package postgres_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"earshot/models/postgres/pgtest"
	"earshot/models/sqlstore/move"
)

// A table that somebody adds is copied by a move, or named here as one that each record has of its own.
func TestEveryTableIsMoved(t *testing.T) {
	c, err := pgx.Connect(t.Context(), pgtest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	rows, err := c.Query(t.Context(), "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()")
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) < 30 {
		t.Fatal(names, err)
	}
	own := []string{"lineage", "migrated", "nodes", "rooms", "work", "events"}
	for _, name := range names {
		if !slices.Contains(move.Tables(), name) && !slices.Contains(own, name) {
			t.Errorf("%s is not moved", name)
		}
	}
}
