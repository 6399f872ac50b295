package desk

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"

	"earshot/models"
)

// TestOneUnreadableDecision: one stored document of a session cannot be read (another version wrote it, a disk erred). The
// lines of the session that wait are stored all the same.
func TestOneUnreadableDecision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, asking, nil)
		s.say(s.line(9000, "the private matter"), nil)
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(filepath.Dir(s.store.Path()), "earshot.db"))
		if err != nil {
			t.Skip(err)
		}
		if _, err := db.Exec("UPDATE decisions SET doc = '{\"id\": 7}'"); err != nil {
			t.Skip(err)
		}
		db.Close()
		again := New(Config{Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: NewQuota(s.store, 1024), Log: slog.New(slog.DiscardHandler)})
		again.Into(s)
		u := s.line(12000, "another line")
		t.Log(again.Expect(context.Background(), "s1"))
		if err := again.Done(t.Context(), u); err != nil {
			t.Errorf("Done: %v: a decode slot tries this again for ever, and at the next start recover fails on it", err)
		}
		_ = models.ErrNotFound
	})
}
