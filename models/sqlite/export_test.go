package sqlite

import (
	"context"
	"fmt"
	"path"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlite/schema"
	"earshot/models/sqlstore"
)

// Pragma runs a pragma on the writer and returns its result if that is one value.
func (s *Store) Pragma(t testing.TB, pragma string) string {
	t.Helper()
	rows, err := s.write.QueryContext(t.Context(), "PRAGMA "+pragma)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var value string
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	if rows.Next() && len(columns) == 1 {
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return value
}

// MarkErasing leaves a session in the state in which a crash during its deletion would.
func (s *Store) MarkErasing(t testing.TB, id string) {
	t.Helper()
	for _, q := range []string{"UPDATE sessions SET erasing = 1 WHERE id = ?", "INSERT INTO chores (name) SELECT 'scrub' WHERE ? <> ''"} {
		if _, err := s.write.ExecContext(t.Context(), q, id); err != nil {
			t.Fatal(err)
		}
	}
}

// Scrub removes what deleted rows left behind.
func (s *Store) Scrub(ctx context.Context) error { return s.scrub(ctx) }

// SetSearchTime changes how long a search may take.
func (s *Store) SetSearchTime(d time.Duration) { s.LimitSearch(d) }

// HoldRead keeps a read transaction open until the returned function is called.
func (s *Store) HoldRead(t testing.TB) func() {
	t.Helper()
	tx, err := s.read.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM sessions").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// Fill stores many lines in one transaction, which no user of the store needs.
func (s *Store) Fill(t testing.TB, us []models.Utterance) {
	t.Helper()
	err := s.Update(t.Context(), "fill", func(tx sqlstore.Txn) error {
		for _, u := range us {
			if _, err := s.PutUtterance(t.Context(), tx, u, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Exec changes the database behind the store's back.
func (s *Store) Exec(t testing.TB, query string) {
	t.Helper()
	if _, err := s.write.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// Value returns the single value of a query, as text.
func (s *Store) Value(t testing.TB, query string) (v string) {
	t.Helper()
	if err := s.write.QueryRowContext(t.Context(), query).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// OldDatabase creates a database as an Earshot from before a migration would have left it, with rows of that time.
func OldDatabase(t testing.TB, file, before string, rows ...string) {
	t.Helper()
	if err := disk.NewFile(file); err != nil {
		t.Fatal(err)
	}
	db := conn.Pool(conn.WriterDSN(file), 1)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	exec := func(query string) {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	if _, err := schema.Applied(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	for _, name := range schema.Names() {
		if path.Base(name) >= before {
			break
		}
		if err := schema.Apply(t.Context(), db, name); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range rows {
		exec(query)
	}
}
