package app

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe/modelfile"
)

const sileroFile = "../../../../shared/models/for-tests-silero-v6.2.0-ggml.bin"

// TestSileroIsPulledAndUsed fetches the voice detection model from a mirror: it is verified, listed, and in use at the next
// start without a setting. A damaged one is refused with advice.
func TestSileroIsPulledAndUsed(t *testing.T) {
	raw, err := os.ReadFile(sileroFile)
	if err != nil {
		t.Skip("no Silero model: put for-tests-silero-v6.2.0-ggml.bin of whisper.cpp into ../shared/models beside the checkout")
	}
	asked := ""
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		_, _ = w.Write(raw)
	}))
	defer mirror.Close()
	home := t.TempDir()
	data := filepath.Join(home, "data")
	cfg := testConfig(t, data)
	if path := speech.VadModelPath(cfg); path != "" {
		t.Errorf("%s before it was fetched", path)
	}
	model := func(args ...string) (string, int) {
		return programtest.Client(append(os.Environ(), "HOME="+home, "EARSHOT_DATA_DIR="+data), append([]string{"model"}, args...)...)
	}
	out, code := model("pull", modelfile.Silero, "--mirror", mirror.URL+"/vad")
	path := speech.VadModelPath(cfg)
	if code != 0 || asked != "/vad/ggml-silero-v6.2.0.bin" || path == "" || !slices.Contains(strings.Split(out, "\n"), path) {
		t.Fatalf("pulled %q from %q, in use is %q, exit %d", out, asked, path, code)
	}
	if out, code := model("list"); code != 0 || !strings.Contains(out, path) || !strings.Contains(out, "speech or not") {
		t.Errorf("list: %q, %d", out, code)
	}
	if out, code := model("verify", modelfile.Silero); code != 0 ||
		!strings.Contains(out, "published Silero model that tells speech from noise") {
		t.Errorf("verify: %q, %d", out, code)
	}
	s, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}})
	if err != nil {
		t.Fatal(err)
	}
	if s.decoders.vad == nil || s.decoders.vad.Name() != filepath.Base(path) {
		t.Error("the app does not use it")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	raw[len(raw)-1] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(
		t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}},
	); !errors.As(err, &models.InputError{}) ||
		!strings.Contains(models.Hint(err), "earshot model pull "+modelfile.Silero) {
		t.Errorf("a damaged file: %v, hint %q", err, models.Hint(err))
	}
}
