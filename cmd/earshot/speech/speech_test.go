package speech

import (
	"testing"

	"earshot/configs"
	"earshot/transcribe/fixture"
	"earshot/transcribe/whisper"
)

// Big models get the time that they need; small ones none beyond the rule.
func TestPatienceGrowsWithTheModel(t *testing.T) {
	for _, tt := range []struct {
		info whisper.Info
		want float64
	}{
		{whisper.Info{AudioState: 384, AudioLayers: 4}, 1},
		{whisper.Info{AudioState: 512, AudioLayers: 6}, 1},
		{whisper.Info{AudioState: 768, AudioLayers: 12}, 4.5},
		{whisper.Info{AudioState: 1024, AudioLayers: 24}, 16},
	} {
		if got := patience(tt.info); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.info.Kind(), got, tt.want)
		}
	}
}

// The practice model's notice and name are known before a process is started.
func TestSpeechIsKnownBeforeItRuns(t *testing.T) {
	s, err := Open(configs.Config{DataDir: t.TempDir(), Decoders: 3}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Name != fixture.FileName || s.Notice != fixture.Notice() || len(s.Engines) != 3 || len(s.Stats().Processes) != 0 {
		t.Errorf("%+v", s)
	}
}
