package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/store"
	"earshot/models/store/storetest"
)

// TestOpenRefuses: each error says what is wrong and what to do, and none has the password.
func TestOpenRefuses(t *testing.T) {
	reading := func(ctx context.Context, dsn string) (*postgres.Store, error) { return postgres.OpenReadOnly(ctx, dsn) }
	writing := func(ctx context.Context, dsn string) (*postgres.Store, error) { return postgres.Open(ctx, dsn) }
	for _, tt := range []struct {
		name string
		dsn  func(t *testing.T) string
		open func(context.Context, string) (*postgres.Store, error)
		want error
		says string
	}{
		{"no address", func(*testing.T) string { return "postgres://me:zqxsecret@host:port/x" }, writing, models.ErrInvalid, "cannot be read"},
		{
			"unreachable", func(*testing.T) string { return "postgres://me:zqxsecret@127.0.0.1:1/x" }, writing, models.ErrUnavailable,
			"database x at 127.0.0.1:1",
		},
		{
			"no socket", func(t *testing.T) string { return "host=" + t.TempDir() + " dbname=x user=me" }, writing,
			models.ErrUnavailable, "reached",
		},
		{
			"no database", func(t *testing.T) string { return strings.Replace(pgtest.Empty(t), "dbname=", "dbname=no_", 1) }, writing,
			models.ErrUnavailable, "there is no such database",
		},
		{"foreign", func(t *testing.T) string {
			dsn := pgtest.Empty(t)
			pgtest.Exec(t, dsn, "CREATE TABLE wordpress (id int)")
			return dsn
		}, writing, store.ErrForeign, "1 tables of something else"},
		{"newer", func(t *testing.T) string {
			dsn := pgtest.DSN(t)
			pgtest.Exec(t, dsn, "INSERT INTO migrated (name) VALUES ('9999_future.sql')")
			return dsn
		}, writing, store.ErrNewerSchema, "9999_future.sql"},
		{"older", func(t *testing.T) string {
			dsn := pgtest.DSN(t)
			pgtest.Exec(t, dsn, "DELETE FROM migrated WHERE name = '0001_core.sql'")
			return dsn
		}, reading, store.ErrOlderSchema, "0001_core.sql"},
		{"empty", pgtestDSN(pgtest.Empty), reading, models.ErrNotFound, "no record is in it yet"},
		{"takes no writes", func(t *testing.T) string {
			dsn := pgtest.DSN(t)
			pgtest.Exec(t, dsn, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$")
			return dsn
		}, writing, models.ErrUnavailable, "takes no writes"},
		{"another encoding", func(t *testing.T) string {
			dsn := pgtest.Empty(t)
			pgtest.Exec(t, dsn, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
			server, _, _ := strings.Cut(dsn, "dbname=")
			return server + "dbname=latin"
		}, writing, models.ErrInvalid, "encoding is LATIN1"},
		{"no rights", func(t *testing.T) string {
			dsn := pgtest.Empty(t)
			pgtest.Exec(t, dsn, "CREATE ROLE guest LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
			return strings.Replace(dsn, "user=earshot", "user=guest", 1)
		}, writing, models.ErrUnavailable, "no right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tt.open(t.Context(), tt.dsn(t))
			if err == nil {
				t.Fatal("opened", s.Close())
			}
			storetest.WantErr(t, "Open", err, tt.want)
			if text := err.Error(); !strings.Contains(text, tt.says) || strings.Contains(text, "zqxsecret") || models.Hint(err) == "" {
				t.Errorf("%q (hint %q), want %q", text, models.Hint(err), tt.says)
			}
		})
	}
}

func pgtestDSN(f func(pgtest.TB) string) func(*testing.T) string {
	return func(t *testing.T) string { return f(t) }
}

// Several processes that begin at once on an empty database make one record.
func TestOpenAtOnce(t *testing.T) {
	dsn := pgtest.Empty(t)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			s, err := postgres.Open(t.Context(), dsn, postgres.WithConnections(2))
			if err != nil {
				t.Error(err)
				return
			}
			_, err = s.StartSession(t.Context(), models.Session{ID: fmt.Sprint("s", i), Room: "r"})
			if err := errors.Join(err, s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	found, err := openAt(t, dsn).Sessions(t.Context(), models.SessionQuery{})
	storetest.Must(t, err)
	storetest.Equal(t, "sessions", len(found), 6)
}

// What a newer version only added keeps an older one from nothing: both run beside each other while they are exchanged.
func TestOlderProgramBesideNewerOne(t *testing.T) {
	dsn := pgtest.DSN(t)
	pgtest.Exec(t, dsn, "ALTER TABLE sessions ADD COLUMN mood text NOT NULL DEFAULT ''",
		"INSERT INTO migrated (name) VALUES ('9999_mood.additive.sql')")
	s := openAt(t, dsn)
	storetest.StartSession(t, s, "s1")
	storetest.PutLine(t, s, "s1", 1, "words", "r")
	storetest.Must(t, s.Check(t.Context()))
}

// A store that is opened for reading writes nothing.
func TestOpenReadOnly(t *testing.T) {
	dsn := pgtest.DSN(t)
	storetest.StartSession(t, openAt(t, dsn), "s1")
	s, err := postgres.OpenReadOnly(t.Context(), dsn)
	storetest.Must(t, err)
	defer func() { storetest.Must(t, s.Close()) }()
	_, err = s.Session(t.Context(), "s1")
	storetest.Must(t, err)
	if err := s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: "ana"}); err == nil {
		t.Error("it wrote")
	}
	if err := s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}); err == nil {
		t.Error("it erased")
	}
}
