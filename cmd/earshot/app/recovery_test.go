package app

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
	"earshot/moderation/review/events"
)

// heardClip is a clip of Ana's speech.
func heardClip(session string, seq int, from, to int64) models.Clip {
	return models.Clip{
		Key: models.Key{Session: session, Epoch: 1, Track: "mic", Seq: seq}, SpeakerID: "ana", StartMS: from, EndMS: to, Opus: []byte{1},
	}
}

// lineOf is the line of a clip.
func lineOf(c models.Clip) models.Utterance {
	return models.Utterance{
		Key: c.Key, SpeakerID: "ana", StartMS: c.StartMS, EndMS: c.EndMS, Text: "hello", State: models.UtteranceOK, VoicedMS: 1000,
	}
}

// recordOf is a line with its flags, as stored.
func recordOf(u models.Utterance, flags []models.Flag) models.Record {
	return models.Record{Session: u.Session, Utterance: &u, Flags: flags}
}

// TestEndOfABrokenSession: a session interrupted by a crash ends after everything that was heard in it, not where decoding was.
func TestEndOfABrokenSession(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	started := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	session, err := store.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: started})
	if err != nil {
		t.Fatal(err)
	}
	first, second := heardClip("s1", 1, 5_000, 10_000), heardClip("s1", 2, 180_000, 185_000) // the second waits in a backlog
	for _, c := range []models.Clip{first, second} {
		if err := store.PutClip(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Put(t.Context(), recordOf(lineOf(first), nil)); err != nil {
		t.Fatal(err)
	}
	// kill -9, and a start:
	if err := closeBroken(t.Context(), store, session); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), recordOf(lineOf(second), nil)); err != nil { // decoded after the start
		t.Fatal(err)
	}
	info, err := store.Session(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	gaps, _ := store.Gaps(t.Context(), "s1")
	if info.DurationMS < second.EndMS || len(gaps) != 1 || gaps[0].StartMS < second.EndMS {
		t.Errorf(
			"the last words end at %d ms; the session ends at %d ms, the restart is shown at %d ms", second.EndMS, info.DurationMS, gaps[0].StartMS,
		)
	}
}

// waiting runs an app until a condition holds, for as long as a test waits.
func (a *App) waiting(ctx context.Context, holds func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, waittest.Patience)
	defer cancel()
	return waittest.Holds(ctx, holds)
}

// TestAPendingVerdictAfterACrash: a verdict that waited for a second look when the program was killed is decided after the start.
func TestAPendingVerdictAfterACrash(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: time.Now().Add(-time.Minute)}); err != nil {
		t.Fatal(err)
	}
	u := models.Utterance{
		Key: models.Key{Session: "s1", Epoch: 1, Track: "mic", Seq: 1}, SpeakerID: "ana", EndMS: 1000, Text: "hello", State: models.UtteranceOK,
	}
	f := models.Flag{ID: "f1", Session: "s1", Utterance: u.Key, SpeakerID: "ana", Rule: "r", Level: models.LevelHigh, Mode: models.ModeSuggest}
	d := models.Decision{
		ID: "d1", Session: "s1", Flag: "f1", Utterance: u.Key, SpeakerID: "ana", Rule: "r", Mode: models.ModeSuggest,
		Verdict: models.VerdictPending, Created: time.Now(),
	}
	ask := d
	ask.ID, ask.Flag, ask.Verdict, ask.Ask, ask.Expires = "d2", "f2", models.VerdictAsked, models.AskOpen, time.Now().Add(-30*time.Second)
	f2 := f
	f2.ID = "f2"
	if err := store.Put(t.Context(), models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f, f2}, Decisions: []models.Decision{d, ask},
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	s, l := openTestApp(t, dir)
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		for _, id := range []string{"d1", "d2"} {
			var got models.Decision
			decided := s.waiting(ctx, func() bool {
				got, err = s.Store.Decision(ctx, id)
				return err == nil && got.Verdict != models.VerdictPending && got.Ask != models.AskOpen
			})
			if !decided {
				t.Errorf("%s after a restart: verdict %q, ask %q, expires %v ago", id, got.Verdict, got.Ask, time.Since(got.Expires).Round(time.Second))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEndOfAnErasedSession: the end of a session that was erased while it was running is not stored, which is not an error; viewers
// see that it is over.
func TestEndOfAnErasedSession(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	session, err := store.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1", By: "host"}); err != nil {
		t.Fatal(err)
	}
	s := &host{store: store, log: slog.New(slog.DiscardHandler), hub: events.NewHub(events.HubConfig{})}
	watcher, err := s.hub.Subscribe("", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	ended, err := s.endSession(t.Context(), session, models.EndErased, nil)
	if err != nil || ended.Reason != models.EndErased {
		t.Errorf("%+v, %v", ended, err)
	}
	if e := <-watcher.Events(); e.Session == nil || e.Session.Live() || e.Session.Reason != models.EndErased {
		t.Errorf("shown: %+v", e)
	}
}

// TestOneBrokenSessionStopsNoOther: one session that was interrupted by a crash cannot be ended. The start recovers the others, and
// the log and the health page say which one is left.
func TestOneBrokenSessionStopsNoOther(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "earshot.db")
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"bad", "good"} {
		if _, err := store.StartSession(t.Context(), models.Session{ID: id, Room: id, Started: time.Now().Add(-time.Minute)}); err != nil {
			t.Fatal(err)
		}
		if err := store.PutClip(t.Context(), heardClip(id, 1, 1000, 2000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, "CREATE TRIGGER spoiled BEFORE INSERT ON gaps WHEN new.session = 'bad' BEGIN SELECT RAISE(ABORT, 'spoiled'); END")
	var logged bytes.Buffer
	s, _ := openLoggedApp(t, slog.New(slog.NewTextHandler(&logged, nil)), testConfig(t, dir))
	if err := s.recovery.run(t.Context()); err != nil {
		t.Fatalf("the start failed: %v", err)
	}
	good, err := s.Store.Session(t.Context(), "good")
	if err != nil || good.Live() || s.text.Stats().Queued != 2 {
		t.Errorf("%+v, %v; %d clips are queued", good, err, s.text.Stats().Queued)
	}
	told := false
	for _, c := range s.health.conditions(t.Context(), models.RoomSet{}) {
		told = told || !c.OK && strings.Contains(c.Text, "1 session of an earlier run could not be resumed.")
	}
	if !told || !strings.Contains(logged.String(), "session=bad") {
		t.Errorf("the health page says it: %v; the log: %s", told, &logged)
	}
}

// spoil changes a database behind the program's back, as a faulty disk does.
func spoil(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// TestStoppedInTheFirstMoments: a service that is stopped before it has checked what an earlier run left exits without an error.
func TestStoppedInTheFirstMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s, l := openTestAppWith(t, t.TempDir())
	if err := s.Run(ctx, l, func(context.Context) error { return nil }); err != nil {
		t.Error(err)
	}
}
