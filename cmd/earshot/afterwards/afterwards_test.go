package afterwards

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
	"earshot/moderation/review/export"
)

// finished is what sessions of the sample record are wrapped up with, and the log of that.
func finished(t *testing.T, c configs.Export) (Config, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir+"/earshot.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	return Config{Store: store, Summaries: Summariser{store: store, log: log}, Export: c, Log: log}, &logged
}

func TestSessionEndLeavesSummaryAndFiles(t *testing.T) {
	out := t.TempDir()
	s, logged := finished(t, configs.Export{Dir: out, Formats: []string{"txt", "html", "json"}})
	s.wrapUp(t.Context(), "open-mic-1")
	sum, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession)
	if err != nil || sum.Lines != 3 || logged.Len() > 0 {
		t.Fatalf("summary %+v, %v; log %s", sum, err, logged)
	}
	for _, f := range []export.Format{export.FormatText, export.FormatHTML, export.FormatJSON} {
		name := filepath.Join(out, "open-mic-1."+string(f))
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := export.WriteSession(t.Context(), &want, ExportStore{s.Store}, "open-mic-1", export.Options{Format: f}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if !bytes.Equal(got, want.Bytes()) || err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, want %d; mode %v, %v", f, len(got), want.Len(), info.Mode(), err)
		}
	}
	if s.Export.Redact = true; WriteFiles(t.Context(), s.Export, s.Store, "open-mic-1", nil) != nil {
		t.Error("no redacted files")
	}
	masked, err := os.ReadFile(filepath.Join(out, "open-mic-1.redacted.txt"))
	if err != nil || bytes.Contains(masked, []byte("Benjamin")) {
		t.Errorf("redacted: %s, %v", masked, err)
	}
}

// What lies in the folder under the names of our files can lead nowhere else.
// TestWhatAnotherProcessDidIsNotRepeated: also not when the program ends just as it looks whether the work is done.
func TestWhatAnotherProcessDidIsNotRepeated(t *testing.T) {
	s, _ := finished(t, configs.Export{})
	s.wrapUp(t.Context(), "open-mic-1") // the other process
	out := t.TempDir()
	s.Export = configs.Export{Dir: out, Formats: []string{"txt"}}
	s.Alone = func(ctx context.Context, _ string, do func(context.Context)) bool {
		ctx, end := context.WithCancel(ctx)
		end()
		do(ctx)
		return true
	}
	s.wrapUpOnce(t.Context(), "open-mic-1")
	if files, err := os.ReadDir(out); err != nil || len(files) > 0 {
		t.Errorf("written again: %v, %v", files, err)
	}
}

func TestExportStaysInItsFolder(t *testing.T) {
	out, outside := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open-mic-1.txt", "open-mic-1.txt.part"} {
		if err := os.Symlink(outside, filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := finished(t, configs.Export{Dir: out, Formats: []string{"txt"}})
	if err := WriteFiles(t.Context(), s.Export, s.Store, "open-mic-1", nil); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != "mine" {
		t.Errorf("the file outside is now %q, %v", data, err)
	}
	if info, err := os.Lstat(filepath.Join(out, "open-mic-1.txt")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info, err)
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, name := range []string{"../x.txt", "/etc/x.txt", "a\x00b", strings.Repeat("x", 4096), "..", "no/folder"} {
		if err := ReplaceFile(root, name, []byte("x")); err == nil {
			t.Errorf("%q was written", name[:min(len(name), 20)])
		}
	}
	left, err := fs.Glob(os.DirFS(out), "*")
	if err != nil || !slices.Equal(left, []string{"open-mic-1.txt"}) {
		t.Errorf("in the folder: %v, %v", left, err)
	}
	err = WriteFiles(t.Context(), configs.Export{Dir: filepath.Join(out, "none"), Formats: []string{"txt"}}, s.Store, "open-mic-1", nil)
	if !errors.Is(err, fs.ErrNotExist) || models.Hint(err) == "" {
		t.Errorf("no folder: %v", err)
	}
}

// A session whose last words are still being decoded, also one of an earlier run, is summed up when they are there.
func TestSummaryWaitsForTheLastWords(t *testing.T) {
	s, _ := finished(t, configs.Export{})
	q := New(s)
	var looks atomic.Int32
	pending := q.pending
	q.pending = func(ctx context.Context, id string) (int, error) {
		defer looks.Add(1)
		return pending(ctx, id)
	}
	go func() { _ = q.Run(t.Context()) }()
	key := models.Key{Session: "open-mic-1", Epoch: 1, Track: "t-a", Seq: 9}
	if err := s.Store.PutClip(
		t.Context(), models.Clip{Key: key, SpeakerID: "a", SpeakerName: "Ana", StartMS: 70_000, EndMS: 71_000, Opus: []byte{1}},
	); err != nil {
		t.Fatal(err)
	}
	q.CatchUp(t.Context(), s.Store)
	waittest.Until(t, "it looks for the last words again", func() bool { return looks.Load() > 2 })
	if _, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession); !errors.Is(err, models.ErrNotFound) {
		t.Fatalf("summed up too early: %v", err)
	}
	u := models.Utterance{
		Key: key, SpeakerID: "a", SpeakerName: "Ana", StartMS: 70_000, EndMS: 71_000, Text: "We decided to close the book club.",
		State: models.UtteranceOK,
	}
	if err := s.Store.Put(t.Context(), models.Record{Session: u.Session, Utterance: &u}); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "it is summed up", func() bool {
		_, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession)
		return err == nil
	})
	sum, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession)
	if err != nil || len(sum.Decisions) != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
	// What is stored is taken until the record changes.
	sum.Headline = "stored"
	if err := s.Store.PutSummary(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Summaries.Summarise(t.Context(), "open-mic-1", 0); err != nil || got.Headline != "stored" {
		t.Errorf("%q, %v", got.Headline, err)
	}
	flags, err := s.Store.Flags(t.Context(), "open-mic-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.SetFlagStatus(t.Context(), flags[0].ID, models.FlagDismissed, "host", time.Now()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Summaries.Summarise(t.Context(), "open-mic-1", 0); err != nil || got.Headline == "stored" || got.Digest.Dismissed != 1 {
		t.Errorf("after a flag was dismissed: %q %+v, %v", got.Headline, got.Digest, err)
	}
}

// TestImportedInPart: a session whose import is not complete is not summed up as if it were whole.
func TestImportedInPart(t *testing.T) {
	s, _ := finished(t, configs.Export{})
	began := time.Now().Add(-time.Hour)
	part := models.Session{ID: "part", Room: "r", Started: began, Ended: began.Add(time.Minute), Reason: models.EndPartial}
	if _, err := s.Store.StartSession(t.Context(), part); err != nil {
		t.Fatal(err)
	}
	u := models.Utterance{
		Key: models.Key{Session: "part", Epoch: 1, Track: "t", Seq: 1}, SpeakerID: "a", EndMS: 3000, Text: "We decided to close the book club.",
		State: models.UtteranceOK,
	}
	if err := s.Store.Put(t.Context(), models.Record{Session: "part", Utterance: &u}); err != nil {
		t.Fatal(err)
	}
	q := New(s)
	q.CatchUp(t.Context(), s.Store)
	if slices.Contains(q.waiting, "part") {
		t.Error("it is summed up")
	}
	if sum, err := s.Summaries.Summarise(t.Context(), "part", 0); err != nil || sum.Kind != models.SummaryRecap {
		t.Errorf("on request: %+v, %v", sum, err)
	}
	if err := s.Store.EndSession(t.Context(), "part", models.EndImported, part.Ended); err != nil {
		t.Fatal(err)
	}
	if q.CatchUp(t.Context(), s.Store); !slices.Contains(q.waiting, "part") {
		t.Error("it is not summed up when it is whole")
	}
}

// TestSummaryGivenUp: a summary that nobody waits for any more is given up, and nothing is stored.
func TestSummaryGivenUp(t *testing.T) {
	s, _ := finished(t, configs.Export{})
	ctx, stop := context.WithCancelCause(t.Context())
	over := errors.New("interrupted")
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stop(over) }))
	defer server.Close()
	z, err := NewSummariser(s.Store, configs.Config{Summary: configs.Summary{URL: server.URL, Model: "m"}}, "", s.Log)
	if err != nil {
		t.Fatal(err)
	}
	if err := z.RemakeWhile(ctx, "open-mic-1"); !errors.Is(err, over) && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("stored: %v", err)
	}
	if err := s.Summaries.RemakeWhile(t.Context(), "open-mic-1"); err != nil {
		t.Error(err)
	}
	if _, err := s.Store.Summary(t.Context(), "open-mic-1", models.SummarySession); err != nil {
		t.Error(err)
	}
}
