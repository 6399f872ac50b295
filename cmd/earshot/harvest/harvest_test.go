package harvest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe"
)

func TestTrials(t *testing.T) {
	total, kinds := time.Duration(0), map[noise.Kind]int{}
	for _, x := range Trials(10 * time.Minute) {
		total += x.length
		kinds[x.kind]++
		if x.dbfs > -10 || x.dbfs < -60 {
			t.Errorf("%s at %g dBFS", x.kind, x.dbfs)
		}
	}
	if total > 10*time.Minute || total < 9*time.Minute || len(kinds) != len(noise.Kinds()) {
		t.Errorf("%v of sound of %d kinds", total, len(kinds))
	}
}

// What a harvest writes, the setting reads.
func TestHarvestedPhrasesAreDoubted(t *testing.T) {
	found := map[string]*Invention{}
	for _, text := range []string{"Our or our.", "our or our.", "Once only.", ""} {
		note(found, noise.Hum, models.Utterance{Text: text, LogProb: -0.4, Doubt: []models.Doubt{models.DoubtLowVoice}[:len(text)%2]})
	}
	all := sorted(found)
	if len(all) != 2 || all[0].Times != 2 || all[0].Doubted != 2 || all[0].LogProb != -0.4 || !slices.Equal(all[0].Sounds, []string{"hum"}) {
		t.Fatalf("%+v", all)
	}
	path := filepath.Join(t.TempDir(), "phantoms.txt")
	if err := Write(path, "m", all); err != nil {
		t.Fatal(err)
	}
	f, err := speech.ReadPhantoms(path)
	if err != nil {
		t.Fatal(err)
	}
	c := models.Clip{EndMS: 3000, VoicedMS: 2000, LevelDBFS: -20}
	doubts := func(text string) []models.Doubt { return f.Doubts(c, transcribe.Result{Text: text, LogProb: -0.1}) }
	if !slices.Equal(doubts("Our, or our"), []models.Doubt{models.DoubtPhantom}) || doubts("Once only.") != nil {
		t.Errorf("%v and %v", doubts("Our, or our"), doubts("Once only."))
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := speech.ReadPhantoms(bad); err == nil || models.Hint(err) == "" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := os.WriteFile(path, make([]byte, speech.MaxPhantoms+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := speech.ReadPhantoms(path); err == nil {
		t.Error("a file of more than a MB was read")
	}
}
