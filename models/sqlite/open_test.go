package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// made is a closed database with one line in it.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s1")
	for seq := 1; seq <= 300; seq++ {
		commitText(t, s, "s1", seq, "a line of words")
	}
	must(t, s.Close())
	return path
}

// raw runs statements on the file behind the store's back.
func raw(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	for _, q := range statements {
		_, err := db.ExecContext(t.Context(), q)
		must(t, err)
	}
}

func TestFault23OpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T) string
		want    error  // sentinel, nil: any
		message string // part of the error
		hint    string // part of the hint
	}{
		{"empty file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "earshot.db")
			must(t, os.WriteFile(path, nil, 0o600))
			return path
		}, store.ErrCorrupt, "empty", "backup"},
		{"text file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "earshot.db")
			must(t, os.WriteFile(path, bytes.Repeat([]byte("hello "), 2000), 0o600))
			return path
		}, store.ErrForeign, "not a SQLite database", "not changed"},
		{"another program's database", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "earshot.db")
			raw(t, path, "CREATE TABLE recipes (x)")
			return path
		}, store.ErrForeign, "another program", "not changed"},
		{"newer schema", func(t *testing.T) string {
			path := made(t)
			raw(t, path, "PRAGMA user_version = 9999")
			return path
		}, store.ErrNewerSchema, "9999", "newer Earshot"},
		{"overwritten beginning", func(t *testing.T) string {
			path := made(t)
			overwrite(t, path, 0, bytes.Repeat([]byte{0xA5}, 100))
			return path
		}, store.ErrForeign, "beginning is overwritten", "backup"},
		{"overwritten middle", func(t *testing.T) string {
			path := made(t)
			for page := int64(3); page < 20; page++ {
				overwrite(t, path, page*4096, bytes.Repeat([]byte{0xA5}, 64))
			}
			return path
		}, store.ErrCorrupt, "damaged", "backup"},
		{"cut short", func(t *testing.T) string {
			path := made(t)
			info, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, info.Size()/2))
			return path
		}, store.ErrCorrupt, "", "backup"},
		{"file gone, log still there", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "earshot.db")
			must(t, os.WriteFile(path+"-wal", []byte("log"), 0o600))
			return path
		}, store.ErrCorrupt, "log", "put the database file back"},
		{"folder in its place", func(t *testing.T) string { return t.TempDir() }, store.ErrForeign, "plain file", "data_dir"},
		{"FIFO in its place", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "earshot.db")
			must(t, syscall.Mkfifo(path, 0o600))
			return path
		}, store.ErrForeign, "plain file", "data_dir"},
		{"file in the folder's place", func(t *testing.T) string {
			dir := filepath.Join(t.TempDir(), "data")
			must(t, os.WriteFile(dir, nil, 0o600))
			return filepath.Join(dir, "earshot.db")
		}, nil, "cannot be used", "a file, not a folder"},
		{"unwritable folder", func(*testing.T) string { return "/proc/earshot/earshot.db" }, nil, "cannot be used", "data_dir"},
		{"unwritable for this user", func(t *testing.T) string {
			dir := t.TempDir()
			must(t, os.Chmod(dir, 0o500))
			return filepath.Join(dir, "earshot.db")
		}, os.ErrPermission, "cannot be used", "owner or mode"},
		{"no path", func(*testing.T) string { return "" }, models.ErrInvalid, "no database path", "data_dir"},
	} {
		if c.name == "unwritable for this user" && os.Getuid() == 0 {
			continue // the superuser may write everywhere
		}
		t.Run(c.name, func(t *testing.T) {
			path := c.prepare(t)
			before := snapshot(t, path)
			s, err := sqlite.Open(t.Context(), path)
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %q is not %q", err, c.want)
			}
			if !strings.Contains(err.Error(), c.message) || !strings.Contains(models.Hint(err), c.hint) {
				t.Errorf("error %q with hint %q, want %q and %q", err, models.Hint(err), c.message, c.hint)
			}
			if after := snapshot(t, path); !bytes.Equal(before, after) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func overwrite(t *testing.T, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(b, at)
	must(t, err)
	must(t, f.Close())
}

// snapshot returns the contents of a plain file, nil for anything else.
func snapshot(t *testing.T, path string) []byte {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "strange ?#%41 name")
	path := filepath.Join(dir, "ear?shot#.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	for name, want := range map[string]os.FileMode{
		dir: 0o700 | os.ModeDir, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600,
	} {
		info, err := os.Stat(name)
		must(t, err)
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(name), info.Mode(), want)
		}
	}
}

func TestOpenTightensMode(t *testing.T) {
	path := made(t)
	must(t, os.Chmod(path, 0o644))
	openAt(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestOpenSettings(t *testing.T) {
	s := openAt(t, made(t))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
		"auto_vacuum": "2", "temp_store": "2", "application_id": "1164014195",
	} {
		if got := s.Pragma(t, pragma); got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	path := made(t)
	first, err := sqlite.Open(t.Context(), path)
	must(t, err)
	_, err = sqlite.Open(t.Context(), path)
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(models.Hint(err), "stop the other") {
		t.Fatalf("second writer: %v (hint %q)", err, models.Hint(err))
	}
	must(t, first.Close())
	openAt(t, path)
}

func TestReadOnly(t *testing.T) {
	path := made(t)
	quiet, err := sqlite.OpenReadOnly(t.Context(), path) // nobody writes
	must(t, err)
	lines, err := quiet.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "lines", len(lines), 300)
	must(t, quiet.Close())

	writer := openAt(t, path)
	reader, err := sqlite.OpenReadOnly(t.Context(), path)
	must(t, err)
	defer func() { must(t, reader.Close()) }()
	commitText(t, writer, "s1", 301, "read along")
	lines, err = reader.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "lines beside a writer", len(lines), 301)
	page, err := reader.Search(t.Context(), models.SearchQuery{Text: "along"})
	must(t, err)
	equal(t, "hits", len(page.Hits), 1)
	must(t, reader.Check(t.Context()))
	for what, err := range map[string]error{
		"PutClip":       reader.PutClip(t.Context(), clip("s1", 1, 400, nil)),
		"DeleteSession": reader.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}),
		"Scrub":         reader.Scrub(t.Context()),
	} {
		if err == nil || !strings.Contains(err.Error(), "reading only") {
			t.Errorf("%s on a reader: %v", what, err)
		}
	}
}

func TestReadOnlyRefuses(t *testing.T) {
	_, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(t.TempDir(), "none.db"))
	wantErr(t, "no file", err, models.ErrNotFound)
	old := made(t)
	raw(t, old, "PRAGMA user_version = 0")
	_, err = sqlite.OpenReadOnly(t.Context(), old)
	wantErr(t, "older schema", err, store.ErrOlderSchema)
}

// While another program holds a lock on the database, writes wait and then fail with an error that may be retried.
func TestFault23LockedByAnotherProgram(t *testing.T) {
	path := made(t)
	s := openAt(t, path)
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	conn, err := db.Conn(t.Context())
	must(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	s.Pragma(t, "busy_timeout = 50")
	c := clip("s1", 1, 500, []byte("x"))
	err = s.PutClip(t.Context(), c)
	wantErr(t, "while it is held", err, models.ErrUnavailable)
	if models.Hint(err) == "" {
		t.Error("no hint")
	}
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	must(t, s.PutClip(t.Context(), c))
}

// A full disk is an error that may be retried, and what was acknowledged stays.
func TestFault22DiskFull(t *testing.T) {
	s := openAt(t, made(t))
	s.Pragma(t, "max_page_count = 1") // SQLite takes the present size as the least
	big := clip("s1", 1, 500, bytes.Repeat([]byte("sound"), 20_000))
	var err error
	for range 10 { // free pages inside the file are used first
		if err = s.PutClip(t.Context(), big); err != nil {
			break
		}
		big.Seq++
	}
	wantErr(t, "while it is full", err, models.ErrUnavailable)
	if !strings.Contains(models.Hint(err), "free up space") {
		t.Errorf("hint %q", models.Hint(err))
	}
	s.Pragma(t, "max_page_count = 1000000")
	must(t, s.PutClip(t.Context(), big))
	must(t, s.Check(t.Context()))
	lines, err := s.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "lines", len(lines), 300)
}

func TestOpenAgainAndAgain(t *testing.T) {
	path := made(t)
	for range 3 {
		s, err := sqlite.Open(context.Background(), path)
		must(t, err)
		must(t, s.Check(t.Context()))
		must(t, s.Close())
	}
	left, err := filepath.Glob(path + "*")
	must(t, err)
	equal(t, "files that stay", left, []string{path, path + ".lock", path + ".removals", path + ".reserve"})
}
