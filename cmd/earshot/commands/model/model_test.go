package model

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/cli/clitest"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
)

// runModel runs "earshot model …" with its own home directory.
func runModel(t *testing.T, home string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Runner{Commands: Commands, Environ: []string{"HOME=" + home, "EARSHOT_DATA_DIR=" + home + "/data"}}.Run(
		t.Context(), append([]string{"model"}, args...)...)
}

func TestModelListAndPath(t *testing.T) {
	home := t.TempDir()
	m, err := modelfile.Find("tiny.en")
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := runModel(t, home, "path", "tiny.en"); code != cli.ExitFailed || !strings.Contains(errs, "earshot model pull tiny.en") {
		t.Errorf("a model that was not fetched: exit %d, %s", code, errs)
	}
	file := m.Path(home + "/data/models")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, m.Bytes); err != nil { // a sparse file of the right size
		t.Fatal(err)
	}
	if code, out, errs := runModel(t, home, "path", "tiny.en"); code != cli.ExitOK || out != file+"\n" {
		t.Errorf("path: exit %d, %q, %s", code, out, errs)
	}
	code, out, _ := runModel(t, home, "list", "--json")
	var rows []modelRow
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if (r.Path != "") != (r.Name == "tiny.en") {
			t.Errorf("%s: path %q", r.Name, r.Path)
		}
	}
	if code != cli.ExitOK || len(rows) != len(modelfile.Known()) {
		t.Errorf("list: %d rows, exit %d", len(rows), code)
	}
	if code, out, _ := runModel(t, home, "list"); code != cli.ExitOK || !strings.Contains(out, "tiny.en") || !strings.Contains(out, file) {
		t.Errorf("list: %q, exit %d", out, code)
	}
	if code, _, errs := runModel(t, home, "verify", "tiny.en"); code != cli.ExitUsage || !strings.Contains(errs, "not a Whisper model") {
		t.Errorf("verify of a hole: exit %d, %s", code, errs)
	}
}

func TestModelVerify(t *testing.T) {
	home := t.TempDir()
	path, err := fixture.Path(home)
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := runModel(t, home, "verify", path)
	if code != cli.ExitOK || !strings.Contains(out, "tiny model, English only, q8_0, 11 MB") || !strings.Contains(out, fixture.Notice()) {
		t.Errorf("exit %d, %q, %s", code, out, errs)
	}
	if code, _, errs := runModel(t, home, "verify", filepath.Join(home, "none.bin")); code != cli.ExitUsage ||
		!strings.Contains(errs, "hint: ") {
		t.Errorf("a missing file: exit %d, %s", code, errs)
	}
}

func TestModelPull(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer page.Close()
	home := t.TempDir()
	if code, _, errs := runModel(t, home, "pull", "gigantic"); code != cli.ExitUsage || !strings.Contains(errs, "hint: ") {
		t.Errorf("an unknown name: exit %d, %s", code, errs)
	}
	if code, _, errs := runModel(t, home, "pull", "tiny.en", "--mirror", page.URL); code != cli.ExitFailed ||
		!strings.Contains(errs, "hint: ") {
		t.Errorf("a page in place of the model: exit %d, %s", code, errs)
	}
	if code, _, errs := runModel(t, home, "pull", "tiny.en", "--mirror", "::"); code != cli.ExitFailed || !strings.Contains(errs, "hint: ") {
		t.Errorf("no address: exit %d, %s", code, errs)
	}
}
