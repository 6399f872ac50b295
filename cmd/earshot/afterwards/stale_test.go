package afterwards

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/export"
)

// level is how loud a tone is in sound at 16 kHz, 1 being full scale (Goertzel's algorithm).
func level(pcm []float32, hz float64) float64 {
	c, a, b := 2*math.Cos(2*math.Pi*hz/16_000), 0.0, 0.0
	for _, x := range pcm {
		a, b = float64(x)+c*a-b, a
	}
	return 2 * math.Sqrt(math.Max(0, a*a+b*b-c*a*b)) / float64(len(pcm))
}

// TestSessionEndLeavesSound: with the setting the clips lie beside the files and in the page, and where the files are
// masked the clips are beeped. When their time is over they go, and the page with them; the rest stays.
func TestSessionEndLeavesSound(t *testing.T) {
	for _, redact := range []bool{false, true} {
		out := t.TempDir()
		s, logged := finished(t, configs.Export{Dir: out, Formats: []string{"html", "json"}, Redact: redact, Sound: true})
		programtest.SayANumber(t, s.Store)
		s.wrapUp(t.Context(), "open-mic-1")
		page, json, clip := "open-mic-1.html", "open-mic-1.json", "open-mic-1.clip-01-0h01m40s.ogg"
		if redact {
			page, json, clip = "open-mic-1.redacted.html", "open-mic-1.redacted.json", "open-mic-1.redacted.clip-01-0h01m40s.ogg"
		}
		left := func() []string {
			found, err := fs.Glob(os.DirFS(out), "*")
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if got := left(); logged.Len() > 0 || !slices.Equal(got, slices.Sorted(slices.Values([]string{page, json, clip}))) {
			t.Fatalf("%v: %s", got, logged)
		}
		var want bytes.Buffer
		err := export.WriteSession(
			t.Context(), &want, ExportStore{s.Store}, "open-mic-1",
			export.Options{Format: export.FormatHTML, Redact: redact, Sound: Sounds{s.Store}},
		)
		got, errR := os.ReadFile(filepath.Join(out, page))
		if err != nil || errR != nil || !bytes.Equal(got, want.Bytes()) || !bytes.Contains(got, []byte("data:audio/ogg")) {
			t.Errorf("the page has %d bytes, that of the command %d: %v, %v", len(got), want.Len(), err, errR)
		}
		ogg, err := os.ReadFile(filepath.Join(out, clip))
		if err != nil {
			t.Fatal(err)
		}
		pcm, err := audio.ReadOggOpus(bytes.NewReader(ogg))
		if err != nil || len(pcm) < 2*16_000 {
			t.Fatalf("%d samples, %v", len(pcm), err)
		}
		heard, number := level(pcm[8_000:16_000], programtest.Hum), level(pcm[36_000:44_000], programtest.Hum)
		if heard < 0.1 || (number < 0.03) != redact {
			t.Errorf("redact %v: the words are at %.3f, the number at %.3f", redact, heard, number)
		}
		theirs := filepath.Join(out, "open-mic-1.clip-notes.txt")
		if err := os.WriteFile(theirs, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Store.ExpireEvidence(t.Context(), time.Now().Add(2*time.Hour)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		for range 2 { // and nothing the second time
			if err := RemoveFiles(t.Context(), s.Store, out); err != nil {
				t.Fatal(err)
			}
			if got := left(); !slices.Equal(got, []string{filepath.Base(theirs), json}) &&
				!slices.Equal(got, []string{json, filepath.Base(theirs)}) {
				t.Errorf("after the time of the sound: %v", got)
			}
		}
		if stale, err := s.Store.StaleSounds(t.Context(), ""); len(stale) > 0 || err != nil {
			t.Errorf("still to do: %v, %v", stale, err)
		}
	}
}

// TestSoundGoesWithTheSession: an erasure takes the clips too, and what can't be removed is tried again.
func TestSoundGoesWithTheSession(t *testing.T) {
	out := t.TempDir()
	s, _ := finished(t, configs.Export{Dir: out, Formats: []string{"json"}, Sound: true})
	programtest.SayANumber(t, s.Store)
	s.wrapUp(t.Context(), "open-mic-1")
	if err := s.Store.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "open-mic-1"}); err != nil {
		t.Fatal(err)
	}
	if err := RemoveFiles(t.Context(), s.Store, filepath.Join(out, "away")); err == nil {
		t.Error("the folder is away, and nothing is said")
	}
	if err := RemoveFiles(t.Context(), s.Store, out); err != nil {
		t.Fatal(err)
	}
	if found, err := fs.Glob(os.DirFS(out), "*"); len(found) > 0 || err != nil {
		t.Errorf("left: %v, %v", found, err)
	}
}
