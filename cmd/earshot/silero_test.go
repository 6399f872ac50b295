package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/transcribe/modelfile"
)

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
	if path := vadModelPath(cfg); path != "" {
		t.Errorf("%s before it was fetched", path)
	}
	out, err := runModel(t, home, "pull", modelfile.Silero, "--mirror", mirror.URL+"/vad")
	path := strings.TrimSpace(out)
	if err != nil || asked != "/vad/ggml-silero-v6.2.0.bin" || path != vadModelPath(cfg) {
		t.Fatalf("pulled %q from %q, in use is %q, %v", path, asked, vadModelPath(cfg), err)
	}
	if out, err := runModel(t, home, "list"); err != nil || !strings.Contains(out, path) || !strings.Contains(out, "speech or not") {
		t.Errorf("list: %q, %v", out, err)
	}
	if out, err := runModel(t, home, "verify", modelfile.Silero); err != nil ||
		!strings.Contains(out, "Silero model that tells speech from noise, as published") {
		t.Errorf("verify: %q, %v", out, err)
	}
	s, err := openStation(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if s.vad == nil || s.vad.Name() != filepath.Base(path) {
		t.Error("the station does not use it")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	raw[len(raw)-1] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openStation(t.Context(), cfg, slog.New(slog.DiscardHandler)); exitCode(err) != exitUsage ||
		!strings.Contains(models.Hint(err), "earshot model pull "+modelfile.Silero) {
		t.Errorf("a damaged file: %v, hint %q", err, models.Hint(err))
	}
}
