package whisper

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"earshot/transcribe"
)

func TestAmongAndPick(t *testing.T) {
	probs := make([]float32, 100)
	probs[langID("de")], probs[langID("en")], probs[langID("id")] = 0.5, 0.3, 0.1
	all, err := among(probs, nil)
	if err != nil || len(all) != 100 || pick(all, nil, 2) != "de" {
		t.Errorf("all languages: %d, %v, %q", len(all), err, pick(all, nil, 2))
	}
	two, err := among(probs, []string{"en", "id"})
	if err != nil || math.Abs(two["en"]-0.75) > 1e-6 || math.Abs(two["id"]-0.25) > 1e-6 {
		t.Errorf("among two: %v, %v", two, err)
	}
	if got := pick(two, nil, 2); got != "en" {
		t.Errorf("without history: %q", got)
	}
	if got := pick(two, map[string]float64{"id": 10}, 2); got != "id" {
		t.Errorf("after 10 s of id: %q", got)
	}
	if none, err := among(make([]float32, 100), []string{"en", "id"}); err != nil || none["en"] != 0.5 {
		t.Errorf("neither is heard: %v, %v", none, err)
	}
	if _, err := among(probs, []string{"en", "xx"}); err == nil {
		t.Error("an unknown language was taken")
	}
	if !KnowsLanguage("id") || KnowsLanguage("xx") || KnowsLanguage("") {
		t.Error("languages are not told apart")
	}
}

// multilingual is a model without weights, made to look like one of many languages. Every language is as likely to it
// as any other: what is seen here is how languages are asked for, not that they are found.
func multilingual(t *testing.T) *Model {
	t.Helper()
	raw, err := os.ReadFile("../../../shared/models/for-tests-ggml-tiny.en.bin")
	if err != nil {
		t.Skip("no test model: put whisper.cpp's for-tests-ggml-tiny.en.bin into ../shared/models beside the checkout")
	}
	binary.LittleEndian.PutUint32(raw[4:], 51865)
	path := filepath.Join(t.TempDir(), "many.bin")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Load(path, LoadOptions{AllowNoWeights: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestLanguageIsFoundAmongTheAllowed(t *testing.T) {
	s := newState(t, multilingual(t))
	pcm := sentences(t)[0].PCM
	for _, tt := range []struct {
		o     transcribe.Options
		lang  string
		heard int
	}{
		{transcribe.Options{Languages: []string{"id", "de"}, Prior: map[string]float64{"id": 3}}, "id", 2},
		{transcribe.Options{Language: "auto", Languages: []string{"id", "de"}, Prior: map[string]float64{"de": 3}}, "de", 2},
		{transcribe.Options{Language: "fr"}, "fr", 0},
	} {
		r := decode(t, s, pcm, tt.o)
		if r.Language != tt.lang || len(r.Heard) != tt.heard || r.AudioCtx != 256 || r.NoSpeech != 0 {
			t.Errorf("%+v: language %q, %v, window %d, no speech %g", tt.o, r.Language, r.Heard, r.AudioCtx, r.NoSpeech)
		}
	}
}

// All windows that a second look may ask for are allowed ones.
func TestWiderWindowsAreAllowed(t *testing.T) {
	got := 0
	for w := windows[0]; w != 0; w = transcribe.WiderWindow(w) {
		if w != windows[got] {
			t.Errorf("window %d, want %d", w, windows[got])
		}
		got++
	}
	if got != len(windows) {
		t.Errorf("%d windows are walked, want %d", got, len(windows))
	}
}
