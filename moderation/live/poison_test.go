package live

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/moderation/engine"
)

// TestOneUnreadableDecision: one stored document of a session cannot be read (another version wrote it, or the disk failed). The
// pending lines of the session are stored all the same.
func TestOneUnreadableDecision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, asking, nil)
		s.say(s.line(9000, "the private matter"), nil)
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(filepath.Dir(s.store.Path()), "earshot.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("UPDATE decisions SET doc = '{\"id\": 7}'"); err != nil {
			t.Fatal(err)
		}
		db.Close()
		again := New(Config{
			Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: NewQuota(
				s.store, 1024,
			), Sounds: audio.OggFiles{}, Log: slog.New(slog.DiscardHandler),
		})
		again.Into(s)
		u := s.line(12000, "another line")
		_, err = again.Session(t.Context(), "s1")
		t.Log(err)
		if err := again.Done(t.Context(), u); err != nil {
			t.Errorf("Done: %v: a decode slot tries this again for ever, and at the next start recover fails on it", err)
		}
		_ = models.ErrNotFound
	})
}

// TestRuleThatPanicsCostsItsLine: the line is stored without a verdict, the panic is counted, and the session continues.
func TestRuleThatPanicsCostsItsLine(t *testing.T) {
	s := newScene(t, asking, nil)
	good := s.j.judge.rules
	s.j.judge.rules = &engine.Session{} // whatever it is asked, it panics
	s.say(s.line(1000, "the private matter"), nil)
	s.j.Observe(t.Context(), models.Observation{AtMS: 2000, SpeakerID: "ana", Event: models.RoomJoin})
	s.Partial(models.Partial{Key: models.Key{Session: "s1", Track: "mic", Seq: 2}, SpeakerID: "ana", Stable: "the private matter"})
	if err := s.j.Speaker(t.Context(), models.Speaker{Session: "s1", ID: "ben", Name: "Ben"}); err != nil {
		t.Error(err)
	}
	if err := s.Choose(t.Context(), "s1", "nobody's", "host", "warn"); err == nil {
		t.Error("an ask was answered")
	}
	if n := s.Unjudged(); n < 3 {
		t.Errorf("%d failures are counted", n)
	}
	s.j.judge.rules = good
	s.say(s.line(3000, "the private matter"), nil)
	lines, err := s.store.Utterances(t.Context(), "s1")
	if err != nil || len(lines) != 2 || len(s.flags()) != 1 {
		t.Errorf("%d lines, %d flags, %v", len(lines), len(s.flags()), err)
	}
}
