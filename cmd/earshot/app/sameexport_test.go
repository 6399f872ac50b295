package app

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models/sqlite"
	"earshot/moderation/live"
	"earshot/moderation/review"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
)

// The page and the command line export the same bytes, even when a host has named somebody.
func TestPageAndCommandExportTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	log := slog.New(slog.DiscardHandler)
	summaries, err := afterwards.NewSummariser(store, configs.Config{}, "", log)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := summaries.Remake(t.Context(), "open-mic-1"); err != nil {
		t.Fatal(err)
	}
	if err := store.NamePerson(t.Context(), "open-mic", "a", "Anastasia", "host", time.Now()); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(review.New(review.Config{
		Store: reviewStore{store, live.Hosts{}, nil}, Hub: events.NewHub(events.HubConfig{}), Log: log,
	}))
	defer page.Close()
	for _, f := range export.Formats() {
		for query, redact := range map[string]bool{"": false, "?redact=1": true} {
			res, err := page.Client().Get(page.URL + "/s/open-mic-1/export/" + string(f) + query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d, %v", f, res.StatusCode, err)
			}
			args := []string{"export", "open-mic-1", "--format", string(f), "--data-dir", dir}
			if redact {
				args = append(args, "--redact")
			}
			if out, code := programtest.Client(os.Environ(), args...); code != 0 || string(got) != out {
				t.Errorf("%s%s: the page gives %d bytes, the command %d (exit code %d)", f, query, len(got), len(out), code)
			}
			if named := bytes.Contains(got, []byte("Anastasia")); named == redact && f != export.FormatCSV {
				t.Errorf("%s%s: the given name is there: %v", f, query, named)
			}
			if redact && (bytes.Contains(got, []byte("Ana")) || bytes.Contains(got, []byte("Benjamin"))) {
				t.Errorf("%s: a name is left", f)
			}
		}
	}
}
