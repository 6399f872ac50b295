package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"earshot/models/store/storetest"
)

// value is the one value that a query gives, as text.
func value(t testing.TB, dsn, query string, args ...any) (v string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	storetest.Must(t, err)
	defer func() { storetest.Must(t, c.Close(context.WithoutCancel(t.Context()))) }()
	storetest.Must(t, c.QueryRow(t.Context(), "SELECT coalesce(("+query+")::text, '')", args...).Scan(&v))
	return v
}

// traces are the tables that hold a word, in text, in bytes or as a word of the index.
func traces(t testing.TB, dsn, word string) string {
	t.Helper()
	tables := strings.Fields(value(t, dsn, `SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
		WHERE schemaname = current_schema()`))
	if len(tables) < 30 {
		t.Fatalf("only %d tables", len(tables))
	}
	var found []string
	for _, table := range tables {
		n := value(t, dsn, "SELECT count(*) FROM "+table+" t WHERE strpos(lower(t::text), $1) > 0 OR strpos(t::text, $2) > 0",
			word, fmt.Sprintf("%x", word))
		if n != "0" {
			found = append(found, table)
		}
	}
	return strings.Join(found, " ")
}
