package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

func TestTrials(t *testing.T) {
	total, kinds := time.Duration(0), map[soundKind]int{}
	for _, x := range trials(10 * time.Minute) {
		total += x.length
		kinds[x.kind]++
		if x.dbfs > -10 || x.dbfs < -60 {
			t.Errorf("%s at %g dBFS", x.kind, x.dbfs)
		}
	}
	if total > 10*time.Minute || total < 9*time.Minute || len(kinds) != len(soundKinds()) {
		t.Errorf("%v of sound of %d kinds", total, len(kinds))
	}
}

func TestSoundsHaveTheirLevel(t *testing.T) {
	for _, kind := range soundKinds() {
		pcm := makeSound(kind, 5*models.SampleRate, -30, 1)
		if got := decibels(pcm); kind != soundSilence && (got < -31 || got > -29) {
			t.Errorf("%s at %.1f dBFS, want -30", kind, got)
		}
		if again := makeSound(kind, 5*models.SampleRate, -30, 1); !slices.Equal(pcm, again) {
			t.Errorf("%s differs with the same seed", kind)
		}
		if other := makeSound(kind, 5*models.SampleRate, -30, 3); kind != soundSilence && kind != soundHum && slices.Equal(pcm, other) {
			t.Errorf("%s does not differ with another seed", kind)
		}
	}
}

// What a harvest writes, the setting reads.
func TestHarvestedPhrasesAreDoubted(t *testing.T) {
	found := map[string]*invention{}
	for _, text := range []string{"Our or our.", "our or our.", "Once only.", ""} {
		note(found, soundHum, models.Utterance{Text: text, LogProb: -0.4, Doubt: []models.Doubt{models.DoubtLowVoice}[:len(text)%2]})
	}
	all := sorted(found)
	if len(all) != 2 || all[0].Times != 2 || all[0].Doubted != 2 || all[0].LogProb != -0.4 || !slices.Equal(all[0].Sounds, []string{"hum"}) {
		t.Fatalf("%+v", all)
	}
	path := filepath.Join(t.TempDir(), "phantoms.txt")
	if err := writePhantoms(path, "m", all); err != nil {
		t.Fatal(err)
	}
	f, err := readPhantoms(path)
	if err != nil {
		t.Fatal(err)
	}
	c := models.Clip{EndMS: 3000, VoicedMS: 2000, LevelDBFS: -20}
	doubts := func(text string) []models.Doubt { return f.Doubts(c, transcribe.Result{Text: text, LogProb: -0.1}) }
	if !slices.Equal(doubts("Our, or our"), []models.Doubt{models.DoubtPhantom}) || doubts("Once only.") != nil {
		t.Errorf("%v and %v", doubts("Our, or our"), doubts("Once only."))
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := readPhantoms(bad); err == nil || models.Hint(err) == "" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := os.WriteFile(path, make([]byte, maxPhantoms+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readPhantoms(path); err == nil {
		t.Error("a file of more than a MB was read")
	}
}
