package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/sqlite"
	"earshot/models/waittest"
)

// fillForMove creates a database with more rows than are copied at once, a user, and something that was erased.
func fillForMove(t *testing.T, dir string) {
	t.Helper()
	ctx := t.Context()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := programtest.WriteSampleTo(ctx, db); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"long", "gone"} {
		_, err := db.StartSession(ctx, models.Session{ID: id, Room: "r", Started: time.Now()})
		must(err)
	}
	for i := range 450 {
		k := models.Key{Session: "long", Epoch: 1, Track: "t", Seq: i + 1}
		at := int64(i) * 1000
		u := models.Utterance{
			Key: k, SpeakerID: "s", SpeakerName: "Ana", Attribution: models.AttributionTrack, StartMS: at, EndMS: at + 900,
			Text: fmt.Sprintf("line %d of the café", i), State: models.UtteranceOK, Model: "m",
		}
		must(db.Put(ctx, models.Record{Session: "long", Utterance: &u}))
	}
	must(db.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "gone", By: "ana"}))
	must(db.PutUser(ctx, models.User{ID: "u1", Name: "Ana", Access: models.AccessOwner}, "ana", time.Now()))
	must(db.Close())
}

// A database is moved to PostgreSQL and back, although the server is killed in between. Until the copy is complete nobody can open
// it; then it is identical, and takes new lines. A target that is not empty is refused.
func TestMove(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	server, err := pgtest.Start(true)
	if errors.Is(err, pgtest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Remove)
	dir, back, database := t.TempDir(), t.TempDir(), databaseURL(t, server.DSN("postgres"))
	fillForMove(t, dir)
	cfg := configs.Config{DataDir: dir}
	cfg.Export.Dir = t.TempDir()
	programtest.Write(t, filepath.Join(cfg.Export.Dir, "long.redacted.txt"), "exported by the process that had the record to itself")
	programtest.Write(t, filepath.Join(cfg.Export.Dir, "notes.txt"), "somebody's own")
	_, err = Move(t.Context(), cfg, database, false, func(done, all int) {
		if done > all/3 {
			server.Kill()
		}
	})
	if !errors.Is(err, models.ErrUnavailable) {
		t.Fatal(err)
	}
	waittest.Until(t, "its backends have ended, and it runs again", func() bool { return server.Run() == nil })
	cfg.Database = database
	if _, err := ReadRecord(t.Context(), cfg); !errors.Is(err, models.ErrUnavailable) || !strings.Contains(models.Hint(err), "again") {
		t.Fatalf("half a record was opened: %v", err)
	}
	run := func(want int, has string, args ...string) string {
		out, code := programtest.Client(append(os.Environ(), "HOME="+dir), args...)
		if code != want || !strings.Contains(out, has) {
			t.Errorf("%q: exit %d without %q\n%s", args, code, has, out)
		}
		return out
	}
	run(0, "completing an interrupted move", "move", "--data-dir", dir, "--to", database)
	run(2, "not empty", "move", "--data-dir", dir, "--to", database)
	run(2, "password", "move", "--data-dir", dir, "--to", "postgres://u:p@localhost/x")
	run(0, "copied and verified", "move", "--data-dir", back, "--from", database)
	db, err := OpenRecord(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := run(0, "last hash", "check", "--data-dir", dir)
	if got := run(0, "last hash", "check", "--data-dir", back); got != want {
		t.Errorf("the list of removals is another:\n%s%s", got, want)
	}
	for _, s := range []string{dir, back} {
		local, err := ReadRecord(t.Context(), configs.Config{DataDir: s})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []Record{local, db} {
			found, err := r.Search(t.Context(), models.SearchQuery{Text: "café", Limit: 5})
			if errors.Is(err, models.ErrUnavailable) { // a busy machine may not answer in time
				waittest.Until(t, "a search is answered", func() bool {
					found, err = r.Search(t.Context(), models.SearchQuery{Text: "café", Limit: 5})
					return !errors.Is(err, models.ErrUnavailable)
				})
			}
			us, errLines := r.Utterances(t.Context(), "long")
			users, errUsers := r.Users(t.Context())
			if err := errors.Join(err, errLines, errUsers); err != nil || len(us) != 450 || len(users) != 1 || len(found.Hits) != 5 {
				t.Errorf("%d lines, %d users, %d found, %v", len(us), len(users), len(found.Hits), err)
			}
		}
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	}
	more := models.Utterance{
		Key: models.Key{Session: "long", Epoch: 2, Track: "t", Seq: 1}, SpeakerID: "s", SpeakerName: "Ana", Text: "one more", EndMS: 1,
		Attribution: models.AttributionTrack, State: models.UtteranceOK, Model: "m",
	}
	err = db.Put(t.Context(), models.Record{Session: "long", Utterance: &more})
	if err := errors.Join(err, erasesFiles(t, db, cfg.Export.Dir), db.Close()); err != nil {
		t.Error(err)
	}
}

// erasesFiles requires that what is erased from a moved database is also removed from the files exported before, by whichever
// process has them.
func erasesFiles(t *testing.T, db Record, dir string) error {
	t.Helper()
	err := db.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "long"})
	if waiting, errW := db.ExportsWaiting(t.Context()); waiting != 1 || errW != nil {
		t.Errorf("files of %d sessions wait to be removed, %v", waiting, errW)
	}
	err = errors.Join(err, afterwards.RemoveFiles(t.Context(), db, t.TempDir())) // another process's folder
	err = errors.Join(err, afterwards.RemoveFiles(t.Context(), db, dir))
	if left, errL := fs.Glob(os.DirFS(dir), "*.txt"); len(left) != 1 || left[0] != "notes.txt" || errL != nil {
		t.Errorf("left: %q, %v", left, errL)
	}
	return err
}
