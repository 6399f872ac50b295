package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/waittest"
)

// marked is a word that occurs only in what one person said.
const marked = "zqxmarked"

// sayMarked stores a session in which Mia says the word, in everything that can hold it: text, correction, flag, decision,
// action, clip, summary, exported file and the backlog of events.
func sayMarked(t *testing.T, s *App, id string) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now().Add(-time.Minute)
	session, err := s.Store.StartSession(ctx, models.Session{ID: id, Room: "r", Name: "Room", Started: began})
	must(err)
	for n, who := range []string{"mia", "ben"} {
		must(s.Store.PutSpeaker(ctx, models.Speaker{Session: id, ID: who, Name: who}))
		text := "We decided to keep the old garden, and everybody agreed."
		if who == "mia" {
			text = "We decided to ask " + marked + " about the garden, and everybody agreed."
		}
		u := models.Utterance{
			Key: models.Key{Session: id, Epoch: session.Epoch, Track: who, Seq: n + 1}, SpeakerID: who, SpeakerName: who, Text: text, Language: "en",
			State: models.UtteranceOK, EndMS: 3000, Attribution: models.AttributionTrack, Committed: began,
		}
		for i, w := range strings.Fields(text) {
			u.Words = append(u.Words, models.Word{Text: w, StartMS: int64(i) * 200, EndMS: int64(i)*200 + 150, P: 0.9})
		}
		f := models.Flag{
			ID: id + who, Session: id, Utterance: u.Key, SpeakerID: who, SpeakerName: who, Rule: "r", Matched: u.Words[4:5], Title: text,
			Why: text, Status: models.FlagDismissed,
		}
		d := models.Decision{ID: "d" + f.ID, Session: id, Flag: f.ID, SpeakerID: who, Matched: f.Matched, Why: text, Created: began}
		must(s.Store.Put(ctx, models.Record{
			Session: id, Utterance: &u, Flags: []models.Flag{f}, Decisions: []models.Decision{d},
			Actions: []models.Action{
				{ID: "a" + f.ID, Session: id, Decision: d.ID, Verb: models.VerbMessage, TargetID: who, Text: text, Created: began},
			},
			Evidence: &models.Evidence{Utterance: u.Key, EndMS: 3000, Ogg: []byte("OggS " + text), Expires: time.Now().Add(time.Hour)},
		}))
		_, err = s.Store.CorrectText(ctx, u.Key, text+" Yes.", "kim", time.Now())
		must(err)
		s.Hub.Publish(models.Event{SessionID: id, Utterance: &u})
		s.Hub.Publish(models.Event{SessionID: id, Flag: &f})
	}
	must(s.Store.EndSession(ctx, id, models.EndLeft, time.Now()))
	_, err = s.after.Summaries.Remake(ctx, id)
	must(err)
	must(afterwards.WriteFiles(ctx, s.Config.Export, s.Store, id, nil))
}

// tracesIn lists the files below the folders that contain the word.
func tracesIn(t *testing.T, dirs ...string) (found []string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path != dir {
				return nil
			}
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) { // it went meanwhile
				return nil
			}
			if bytes.Contains(bytes.ToLower(b), []byte(marked)) {
				found = append(found, filepath.Base(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// TestFault40ErasedIsNowhere erases a person on the page of a running app: no byte of their words is left in any file, none is sent
// to a client that resumes a stream, and an open page is told to reload.
func TestFault40ErasedIsNowhere(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir, exports := t.TempDir(), t.TempDir()
	cfg := testConfig(t, dir)
	cfg.Export = configs.Export{Dir: exports, Formats: []string{"txt", "json", "html"}}
	var log programtest.Output
	s, l := openLoggedApp(t, slog.New(slog.NewTextHandler(&log, nil)), cfg)
	sayMarked(t, s, "one")
	if got := tracesIn(t, dir, exports); len(got) < 4 {
		t.Fatalf("the word is in %v alone: the test would prove little", got)
	}
	base := "http://" + l.Addr().String()
	from := s.Hub.Cursor()
	from.Seq -= 4
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		open := stream(ctx, t, base+"/events/one?after="+s.Hub.Text(from))
		waittest.Until(t, "the page has the word", func() bool { return strings.Contains(open.String(), marked) })
		form := strings.NewReader("word=erase")
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/people/r/mia/erase", form)
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("erase: %d", res.StatusCode)
		}
		waittest.Until(t, "the open page is to load anew", func() bool { return strings.Contains(open.String(), "event: reset") })
		again := stream(ctx, t, base+"/events/one?after="+s.Hub.Text(from))
		waittest.Until(t, "who resumes is to load anew", func() bool { return strings.Contains(again.String(), "event: reset") })
		if strings.Contains(again.String(), marked) {
			t.Error("the backlog still holds the word")
		}
		waittest.Until(t, "the exported files are gone", func() bool { return len(tracesIn(t, exports)) == 0 })
		for _, path := range []string{"/s/one", "/search?q=" + marked, "/s/one/export/json", "/api/sessions/one"} {
			if b := fetched(t, base+path); path != "/search?q="+marked && bytes.Contains(b, []byte(marked)) {
				t.Errorf("%s still has the word", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := tracesIn(t, dir, exports); len(got) > 0 {
		t.Errorf("the word is left in %v", got)
	}
	if strings.Contains(log.String(), marked) {
		t.Error("the word is in the log")
	}
	if us := lines(t, s, "one"); len(us) != 1 || us[0].SpeakerID != "ben" {
		t.Errorf("%d lines are left", len(us))
	}
}

// stream reads a stream of events until the context ends.
func stream(ctx context.Context, t *testing.T, url string) *programtest.Output {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r) //nolint:bodyclose // by the goroutine that reads it
	if err != nil {
		t.Fatal(err)
	}
	out := &programtest.Output{}
	go func() {
		defer res.Body.Close()
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			_, _ = out.Write(append(in.Bytes(), '\n'))
		}
	}()
	return out
}

func fetched(t *testing.T, url string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", url, res.StatusCode, err)
	}
	return b
}
