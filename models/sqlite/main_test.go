package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
	"earshot/models/sqlite"
	"earshot/models/store"
	"earshot/models/store/storetest"
	"earshot/models/waittest"
)

// childEnv makes the test binary act as a child process that the kill tests kill; its value is the database path.
const childEnv = "EARSHOT_TEST_STORE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := childMain(path, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leaktest.Main(m)
}

func openAt(t testing.TB, path string, options ...sqlite.Option) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, options...)
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

func open(t testing.TB) *sqlite.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "data", "earshot.db"))
}

// The values and checks that the tests of stores share.
var (
	start        = storetest.Start
	startSession = storetest.StartSession
	clip         = storetest.Clip
	utterance    = storetest.Line
	flag         = storetest.Flag
	record       = storetest.Record
	commitText   = storetest.PutLine
	pending      = storetest.Pending
	object       = storetest.Object
	must         = storetest.Must
	equal        = storetest.Equal
	wantErr      = storetest.WantErr
	fillRoom     = storetest.FillRoom
	held         = storetest.Held
	redactable   = storetest.Redactable
	clocks       = storetest.Clocks
)

const day = storetest.Day

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) store.Store {
		return openAt(t, filepath.Join(t.TempDir(), "earshot.db"), sqlite.WithClock(now))
	})
}
