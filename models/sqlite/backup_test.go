package sqlite_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// A backup made while the bot writes contains everything that was acknowledged before it began.
func TestBackupWhileWriting(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "earshot.db"))
	startSession(t, s, "s1")
	for seq := range 200 {
		commitText(t, s, "s1", seq+1, "said before the backup")
	}
	var wrote atomic.Int64
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				commitText(t, s, "s1", 1000+int(wrote.Load()), "said while it was made")
				wrote.Add(1)
			}
		}
	}()
	reader, err := sqlite.OpenReadOnly(t.Context(), s.Path())
	must(t, err)
	defer reader.Close()
	file := filepath.Join(dir, "backup.db")
	for meanwhile := false; !meanwhile; { // a backup during which nothing was written would prove little
		_ = os.Remove(file)
		before := wrote.Load()
		must(t, reader.Backup(t.Context(), file))
		meanwhile = wrote.Load() > before
	}
	close(stop)
	<-ended
	info, err := os.Stat(file)
	must(t, err)
	equal(t, "mode", info.Mode().Perm(), fs.FileMode(0o600))
	wantErr(t, "over a file", reader.Backup(t.Context(), file), fs.ErrExist)
	r, err := sqlite.Restore(t.Context(), file, filepath.Join(dir, "other", "earshot.db"), sqlite.Restoring{})
	must(t, err)
	equal(t, "restored", r, sqlite.Restored{Unknown: true})
	copied := openAt(t, filepath.Join(dir, "other", "earshot.db"))
	us, err := copied.Utterances(t.Context(), "s1")
	must(t, err)
	if len(us) < 200 {
		t.Errorf("only %d lines are in the backup", len(us))
	}
	must(t, copied.Check(t.Context()))
	must(t, copied.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"})) // it is a full store again, with its index
	page, err := copied.Search(t.Context(), models.SearchQuery{Text: "backup"})
	must(t, err)
	equal(t, "hits", len(page.Hits), 0)
}

// What was deleted is in no backup made afterwards.
func TestBackupHoldsNothingDeleted(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "earshot.db"))
	fillRoom(t, s, "secret", "r", marker, 40)
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "secret"}))
	must(t, s.Backup(t.Context(), filepath.Join(dir, "backup.db")))
	equal(t, "traces", traces(t, s.Path()), map[string]int{})
}

// What was erased after a backup was made does not come back when the backup is restored.
func TestRestoreErasesAgain(t *testing.T) {
	for _, e := range []models.Erasure{
		{Kind: models.EraseSession, Target: "secret", By: "host"},
		{Kind: models.EraseRoom, Target: "r", By: "host"},
		{Kind: models.ErasePerson, Target: marker + "id", By: "host"},
		{Kind: models.ErasePerson, Target: marker + "id", Room: "r", By: "host"},
	} {
		t.Run(string(e.Kind)+e.Room, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path, file := filepath.Join(dir, "data", "earshot.db"), filepath.Join(dir, "backup.db")
			s, err := sqlite.Open(t.Context(), path)
			must(t, err)
			fillRoom(t, s, "secret", "r", marker, 20)
			fillRoom(t, s, "kept", "other", "plain", 20)
			must(t, s.Backup(t.Context(), file))
			before := held(t, s, "kept")
			must(t, s.Erase(t.Context(), e))
			_, err = sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
			wantErr(t, "while it is in use", err, store.ErrInUse)
			must(t, s.Close())
			_, err = sqlite.Restore(t.Context(), file, path, sqlite.Restoring{})
			wantErr(t, "over a database", err, fs.ErrExist)
			r, err := sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
			must(t, err)
			equal(t, "erased again", r.Erasures, 1)
			equal(t, "traces", traces(t, path), map[string]int{})
			s = openAt(t, path)
			equal(t, "the other session", held(t, s, "kept"), before)
			_, err = s.CheckRemovals(t.Context())
			must(t, err)
			_, err = os.Stat(r.Aside)
			must(t, err)
		})
	}
}

// A file that is not a valid backup is refused, and the database stays as it is.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "data", "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s1")
	good := filepath.Join(dir, "good.db")
	must(t, s.Backup(t.Context(), good))
	must(t, s.Close())
	data, err := os.ReadFile(good)
	must(t, err)
	before, err := os.ReadFile(path)
	must(t, err)
	newer := bytes.Clone(data)
	copy(newer[60:64], []byte{0, 0, 39, 15})
	middle := bytes.Clone(data)
	copy(middle[len(middle)/2:], bytes.Repeat([]byte{0xA5}, 9000))
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"empty": {nil, store.ErrCorrupt}, "cut short": {data[:len(data)-8192], store.ErrCorrupt}, "overwritten": {middle, store.ErrCorrupt},
		"newer": {newer, store.ErrNewerSchema}, "another's": {bytes.Repeat([]byte("no database "), 999), store.ErrForeign},
	} {
		file := filepath.Join(dir, "bad.db")
		must(t, os.WriteFile(file, tt.data, 0o600))
		_, err := sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
		wantErr(t, name, err, tt.want)
		after, err := os.ReadFile(path)
		must(t, err)
		if !bytes.Equal(before, after) {
			t.Fatalf("%s: the database was changed", name)
		}
	}
	_, err = sqlite.Restore(t.Context(), filepath.Join(dir, "nothing.db"), path, sqlite.Restoring{Replace: true})
	wantErr(t, "no file", err, models.ErrNotFound)
}

// A database with the first schema, written by the Earshot of that time, is migrated with all its data.
func TestMigrateFromTheFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	f, err := os.Open("testdata/schema1.db.gz")
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	data, err := io.ReadAll(z)
	must(t, err)
	must(t, os.WriteFile(path, data, 0o600))
	_, err = sqlite.OpenReadOnly(t.Context(), path)
	wantErr(t, "read only", err, store.ErrOlderSchema)
	for range 2 { // the second start has nothing to do
		s, err := sqlite.Open(t.Context(), path)
		must(t, err)
		must(t, s.Check(t.Context()))
		orphans, err := s.Orphans(t.Context())
		must(t, err)
		equal(t, "orphans", len(orphans), 0)
		equal(t, "held", held(t, s, "old-1"), "session true lines 3 flags 3 clips 1 people 1")
		us, err := s.Utterances(t.Context(), "old-1")
		must(t, err)
		equal(t, "line", fmt.Sprint(us[0].Text, us[0].Words), "a line from long ago[{line 10 20 0.5}]")
		page, err := s.Search(t.Context(), models.SearchQuery{Text: "ago"})
		must(t, err)
		equal(t, "hits", len(page.Hits), 3)
		must(t, s.Close())
	}
	s := openAt(t, path)
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "host"}))
	must(t, s.Check(t.Context()))
}

func TestOrphansAreFound(t *testing.T) {
	s := open(t)
	fillRoom(t, s, "a", "r", "plain", 20)
	if found, err := s.Orphans(t.Context()); len(found) > 0 || err != nil {
		t.Errorf("in a sound store: %v, %v", found, err)
	}
	s.Exec(t, "DELETE FROM flags")
	s.Exec(t, "DELETE FROM speakers")
	s.Exec(t, "UPDATE spool SET parked = 1 - parked")
	found, err := s.Orphans(t.Context())
	must(t, err)
	equal(t, "found", len(found), 4)
}
