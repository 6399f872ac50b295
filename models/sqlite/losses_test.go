package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// fill uses up the space of the database, like a full disk, and returns the clip that did not fit.
func fill(t *testing.T, s *sqlite.Store, session string) models.Clip {
	t.Helper()
	s.Pragma(t, "max_page_count = 1") // SQLite takes the present size as the least
	c := clip(session, 1, 1000, bytes.Repeat([]byte("sound"), 20_000))
	for s.PutClip(t.Context(), c) == nil {
		c.Seq++
	}
	return c
}

// While nothing can be written the store reports it, and stops doing so once something was written.
func TestTroubleIsTold(t *testing.T) {
	s := openAt(t, made(t))
	if found := s.Trouble(); found != nil {
		t.Errorf("trouble in the beginning: %+v", found)
	}
	c := fill(t, s, "s1")
	first := s.Trouble()
	if first == nil || !first.Full || !strings.Contains(models.Hint(first.Err), "free up space") {
		t.Fatalf("trouble while it is full: %+v", first)
	}
	wantErr(t, "another session's", s.PutGap(t.Context(), models.Gap{Session: "none"}), models.ErrNotFound)
	if now := s.Trouble(); now == nil || !now.Since.Equal(first.Since) {
		t.Errorf("a write that never reached the disk ended it: %+v", now)
	}
	startSession(t, s, "small") // there is room for that
	if s.Trouble() == nil {
		t.Error("a small write ended it: a stretch of speech finds no room")
	}
	s.Pragma(t, "max_page_count = 1000000")
	must(t, s.PutClip(t.Context(), c))
	if found := s.Trouble(); found != nil {
		t.Errorf("trouble after the disk had room: %+v", found)
	}
}

// What waited in memory while the disk was full becomes a gap of its length after the program has ended, for whatever reason; what
// was stored after all, or belongs to a removed session, does not.
func TestLossesBecomeGaps(t *testing.T) {
	path := made(t)
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s2")
	stored := clip("s2", 1, 1, []byte("sound"))
	must(t, s.PutClip(t.Context(), stored))
	full := fill(t, s, "s2")
	lost := clip("s2", 1, 20, nil)
	gap := models.Gap{Session: "s2", SpeakerID: "ben", StartMS: 5000, EndMS: 9000, LostMS: 3000, Cause: models.GapOverload}
	must(t, s.NoteLosses("s2", []models.Loss{models.LossOf(stored), models.LossOf(full), models.LossOf(lost), {Gap: gap}}))
	must(t, s.NoteLosses("gone", []models.Loss{models.LossOf(clip("gone", 1, 1, nil))}))
	must(t, s.Close())

	s = openAt(t, path)
	gaps, err := s.Gaps(t.Context(), "s2")
	must(t, err)
	equal(t, "gaps", gaps, []models.Gap{gap, models.LossOf(lost).Gap, models.LossOf(full).Gap})
	if b, err := os.ReadFile(path + ".reserve"); err != nil || bytes.Contains(b, []byte("ben")) {
		t.Errorf("the reserve still names somebody, %v", err)
	}
}

// What is lost for good becomes a gap as soon as there is space; what still waits does not.
func TestSettledLossesFindRoom(t *testing.T) {
	s := openAt(t, made(t))
	fill(t, s, "s1")
	waits, lost := models.LossOf(clip("s1", 1, 2000, nil)), models.LossOf(clip("s1", 1, 2001, nil))
	lost.Settled = true
	must(t, s.NoteLosses("s1", []models.Loss{waits, lost}))
	before, err := s.Gaps(t.Context(), "s1")
	must(t, err)
	s.Pragma(t, "max_page_count = 1000000")
	for range 2 {
		must(t, s.TryWriting(t.Context()))
	}
	after, err := s.Gaps(t.Context(), "s1")
	must(t, err)
	equal(t, "gaps", after[len(before):], []models.Gap{lost.Gap})
	must(t, s.NoteLosses("s1", nil))
}

// Losses for which the reserve has no room are merged: their sum stays.
func TestLossesAreJoined(t *testing.T) {
	path := made(t)
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s2")
	var all []models.Loss
	for n := range 4000 {
		c := clip("s2", 1, n+1, nil)
		c.SpeakerID = []string{"ana", "ben"}[n%2]
		all = append(all, models.LossOf(c))
	}
	must(t, s.NoteLosses("s2", all))
	must(t, s.Close())
	s = openAt(t, path)
	gaps, err := s.Gaps(t.Context(), "s2")
	must(t, err)
	lost := int64(0)
	for _, g := range gaps {
		lost += g.LostMS
	}
	equal(t, "lost ms", lost, int64(4000*900))
}

// A database without its log, an old copy in its place, and a missing database are not mistaken for the current one.
func TestLostLogIsTold(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"log gone":      func(t *testing.T, path string) { must(t, os.Remove(path+"-wal")) },
		"log emptied":   func(t *testing.T, path string) { must(t, os.Truncate(path+"-wal", 0)) },
		"log cut short": func(t *testing.T, path string) { must(t, os.Truncate(path+"-wal", 50_000)) },
		"all gone": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.Remove(path+"-wal"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := spoilt(t, spoil)
			for range 2 { // it is refused again, and nothing is made in its place
				_, err := sqlite.Open(t.Context(), path)
				wantErr(t, "open", err, store.ErrBehind)
				if !strings.Contains(models.Hint(err), "earshot.db.reserve") {
					t.Errorf("hint %q", models.Hint(err))
				}
			}
			if name != "all gone" {
				_, err := sqlite.OpenReadOnly(t.Context(), path)
				wantErr(t, "open for reading", err, store.ErrBehind)
			}
			must(t, os.Remove(path+".reserve")) // as the hint says
			s := openAt(t, path)
			must(t, s.Check(t.Context()))
		})
	}
}

// spoilt returns a database whose process was killed while it wrote, and which was spoilt then. It begins anew if the process had copied a
// part of its log into the file and the rest is gone: such a file is damaged, which is another fault than an old one.
func spoilt(t *testing.T, spoil func(t *testing.T, path string)) (path string) {
	t.Helper()
	for range 5 {
		path = filepath.Join(t.TempDir(), "earshot.db")
		cmd, lines := child(t, path, "commit")
		for range 50 {
			lines.Scan()
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		spoil(t, path)
		if _, err := sqlite.OpenReadOnly(t.Context(), path); !errors.Is(err, store.ErrCorrupt) {
			break
		}
	}
	return path
}

// An old copy of the database, put in its place by hand, is recognised.
func TestOldCopyIsTold(t *testing.T) {
	path := made(t)
	must(t, exec.Command("cp", path, path+".old").Run())
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	commitText(t, s, "s1", 5000, "said since")
	must(t, s.Close())
	must(t, os.Rename(path+".old", path))
	_, err = sqlite.Open(context.Background(), path)
	wantErr(t, "open", err, store.ErrBehind)
}

// A truncated or overwritten reserve costs what was recorded in it, but never the database.
func TestSpoiltReserve(t *testing.T) {
	for name, spoil := range map[string]func(b []byte) []byte{
		"empty":   func([]byte) []byte { return nil },
		"short":   func(b []byte) []byte { return b[:5000] },
		"garbage": func(b []byte) []byte { return bytes.Repeat([]byte("earshot1\xff"), len(b)/9) },
	} {
		t.Run(name, func(t *testing.T) {
			path := made(t)
			b, err := os.ReadFile(path + ".reserve")
			must(t, err)
			must(t, os.WriteFile(path+".reserve", spoil(b), 0o600))
			s, err := sqlite.Open(t.Context(), path)
			must(t, err)
			startSession(t, s, "after")
			must(t, s.NoteLosses("after", []models.Loss{models.LossOf(clip("after", 1, 1, nil))}))
			must(t, s.Close())
			gaps, err := openAt(t, path).Gaps(t.Context(), "after")
			must(t, err)
			equal(t, "gaps", len(gaps), 1)
		})
	}
}
