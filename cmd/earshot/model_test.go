//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
)

// runModel runs "earshot model …" with a home of its own.
func runModel(t *testing.T, home string, args ...string) (stdout string, err error) {
	t.Helper()
	var out, diag bytes.Buffer
	a := &cli{
		stdin: strings.NewReader(""), stdout: &out, stderr: &diag,
		environ: []string{"HOME=" + home, "EARSHOT_DATA_DIR=" + home + "/data"},
	}
	cmd := newModelCommand(a)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(context.Background())
	return out.String(), err
}

func TestModelListAndPath(t *testing.T) {
	home := t.TempDir()
	m, err := modelfile.Find("tiny.en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runModel(t, home, "path", "tiny.en"); err == nil || !strings.Contains(models.Hint(err), "earshot model pull tiny.en") {
		t.Errorf("a model that was not fetched: %v", err)
	}
	file := m.Path(home + "/data/models")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, m.Bytes); err != nil { // a hole of the right size
		t.Fatal(err)
	}
	if out, err := runModel(t, home, "path", "tiny.en"); err != nil || out != file+"\n" {
		t.Errorf("path: %q, %v", out, err)
	}
	out, err := runModel(t, home, "list", "--json")
	var rows []modelRow
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if (r.Path != "") != (r.Name == "tiny.en") {
			t.Errorf("%s: path %q", r.Name, r.Path)
		}
	}
	if err != nil || len(rows) != len(modelfile.Known()) {
		t.Errorf("list: %d rows, %v", len(rows), err)
	}
	if out, err := runModel(t, home, "list"); err != nil || !strings.Contains(out, "tiny.en") || !strings.Contains(out, file) {
		t.Errorf("list: %q, %v", out, err)
	}
	if _, err := runModel(t, home, "verify", "tiny.en"); exitCode(err) != exitUsage || !strings.Contains(err.Error(), "not a Whisper model") {
		t.Errorf("verify of a hole: %v", err)
	}
}

func TestModelVerify(t *testing.T) {
	home := t.TempDir()
	path, err := fixture.Path(home)
	if err != nil {
		t.Fatal(err)
	}
	out, err := runModel(t, home, "verify", path)
	if err != nil || !strings.Contains(out, "tiny model, English only, q8_0, 11 MB") || !strings.Contains(out, fixture.Notice()) {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := runModel(t, home, "verify", filepath.Join(home, "none.bin")); exitCode(err) != exitUsage || models.Hint(err) == "" {
		t.Errorf("a missing file: %v", err)
	}
}

func TestModelPull(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer page.Close()
	home := t.TempDir()
	if _, err := runModel(t, home, "pull", "gigantic"); exitCode(err) != exitUsage || models.Hint(err) == "" {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := runModel(t, home, "pull", "tiny.en", "--mirror", page.URL); exitCode(err) != exitFailed || models.Hint(err) == "" {
		t.Errorf("a page in place of the model: %v", err)
	}
	if _, err := runModel(t, home, "pull", "tiny.en", "--mirror", "::"); exitCode(err) != exitFailed || models.Hint(err) == "" {
		t.Errorf("no address: %v", err)
	}
}
