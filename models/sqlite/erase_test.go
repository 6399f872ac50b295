package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"earshot/models"
	"earshot/models/filetest"
	"earshot/models/sqlite"
	"earshot/models/waittest"
)

// The marker is in everything that is stored for the session to be deleted, in a different place and form in each.
const marker = "zqxmarker"

// marked matches the words that tests search for, and truncated remains of them. Three letters alone would occur in random ids.
const marked = "zqx(?:an|be|ma|na|so|wo)"

// fillMarked alternates lines of two sessions, so that they share pages, of very different lengths, so that pages split and rows
// move. Each marked row has its own number after the marker.
func fillMarked(t testing.TB, s *sqlite.Store, lines int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, id := range []string{"secret", "kept"} {
		_, err := s.StartSession(t.Context(), models.Session{ID: id, Room: "r", Name: id, Started: start})
		must(t, err)
	}
	for seq := 1; seq <= lines; seq++ {
		for _, id := range []string{"secret", "kept"} {
			word := fmt.Sprintf("plain%d", seq)
			if id == "secret" {
				word = fmt.Sprintf("%s%d", marker, seq)
			}
			c := clip(id, 1, seq, bytes.Repeat([]byte(word), 1+rng.IntN(3000)))
			c.SpeakerID, c.SpeakerName = word, word
			must(t, s.PutClip(t.Context(), c))
			text := strings.TrimSpace(strings.Repeat(word+" common ", 1+rng.IntN(60)))
			u := utterance(c, text, models.Word{Text: word, P: 0.5})
			f := flag(u, word)
			f.Title, f.Why = word, word
			if seq%10 == 0 {
				continue // this clip stays in the spool
			}
			if seq%10 == 1 {
				u.State = models.UtteranceFailed
			}
			must(t, s.Put(t.Context(), record(u, []models.Flag{f})))
			must(t, s.PutGap(t.Context(), models.Gap{Session: id, SpeakerName: word, StartMS: int64(seq), Cause: models.GapLoss}))
		}
	}
}

// traces counts the marker in every file of the store, whatever its name.
func traces(t testing.TB, path string) map[string]int {
	t.Helper()
	return count(t, path, func(b []byte) int { return bytes.Count(b, []byte(marker)) })
}

// tracesOf counts the matches of a lower-case pattern, in any case, in every file of the store.
func tracesOf(t testing.TB, path, pattern string) map[string]int {
	t.Helper()
	text := regexp.MustCompile(pattern)
	return count(t, path, func(b []byte) int { return len(text.FindAllIndex(b, -1)) })
}

// count counts matches in every file of the store, in lower case; files without any are left out.
func count(t testing.TB, path string, in func([]byte) int) map[string]int {
	t.Helper()
	files, err := filetest.Read(filepath.Dir(path))
	must(t, err)
	found := map[string]int{}
	for _, file := range files {
		if n := in(file.Lower); n > 0 {
			found[filepath.Base(file.Name)] = n
		}
	}
	return found
}

func TestDeleteLeavesNoByte(t *testing.T) {
	t.Parallel()
	lines := 400
	if testing.Short() {
		lines = 60
	}
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	fillMarked(t, s, lines)
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker cannot be found before the deletion: the test would prove nothing")
	}
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "secret"}))
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Check(t.Context()))
	page, err := s.Search(t.Context(), models.SearchQuery{Text: "common", Session: "kept"})
	must(t, err)
	if len(page.Hits) == 0 {
		t.Error("the other session's lines are gone too")
	}
	// Old pages in the writer's cache must not come back when they are written again.
	flags, err := s.Flags(t.Context(), "kept")
	must(t, err)
	for _, f := range flags {
		_, err := s.SetFlagStatus(t.Context(), f.ID, models.FlagDismissed, "host", start)
		must(t, err)
	}
	for seq := 1; seq <= lines; seq += 10 {
		must(t, s.Put(t.Context(), record(utterance(clip("kept", 1, seq, nil), "decoded after all"), nil)))
	}
	s.Pragma(t, "wal_checkpoint(TRUNCATE)")
	equal(t, "traces after more work", traces(t, path), map[string]int{})
}

// Once a line has been acknowledged, its audio is nowhere after the log has been emptied.
func TestCommitLeavesNoSound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	for seq := 1; seq <= 20; seq++ {
		c := clip("s1", 1, seq, bytes.Repeat([]byte(marker), 500*seq))
		must(t, s.PutClip(t.Context(), c))
		must(t, s.Put(t.Context(), record(utterance(c, "plain words"), nil)))
	}
	must(t, s.Scrub(t.Context()))
	equal(t, "traces", traces(t, path), map[string]int{})
}

func TestDeletionIsFinishedByOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	fillMarked(t, s, 30)
	s.MarkErasing(t, "secret")
	_, err = s.Session(t.Context(), "secret")
	wantErr(t, "while it is being deleted", err, models.ErrNotFound)
	keys, err := s.PendingKeys(t.Context())
	must(t, err)
	for _, k := range keys {
		if k.Session == "secret" {
			t.Error("a clip of a session being deleted is still pending")
		}
	}
	must(t, s.Close())
	s = openAt(t, path)
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Check(t.Context()))
}

// A reader that keeps the log busy is waited for, as long as the caller allows, and Scrub does the rest.
func TestScrubWaitsForReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	s.Pragma(t, "busy_timeout = 20")
	fillMarked(t, s, 12)
	release := s.HoldRead(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	erased := make(chan error, 1)
	go func() { erased <- s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "secret"}) }()
	waittest.Until(t, "the rows are deleted, and the scrub has begun", func() bool {
		return s.Value(t, "SELECT count(*) FROM chores WHERE name = 'scrubbing'") == "1"
	})
	cancel()
	wantErr(t, "while a reader holds the log", <-erased, models.ErrUnavailable)
	release()
	must(t, s.Scrub(t.Context()))
	equal(t, "traces", traces(t, path), map[string]int{})
}
