package postgres_test

import (
	"os"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/store"
	"earshot/models/store/storetest"
	"earshot/models/waittest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func openAt(t testing.TB, dsn string, options ...postgres.Option) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, options...)
	if err != nil {
		t.Fatalf("open: %v (hint: %s)", err, models.Hint(err))
	}
	s.LimitSearch(waittest.Patience)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) store.Store {
		return openAt(t, pgtest.DSN(t), postgres.WithClock(now))
	})
}
