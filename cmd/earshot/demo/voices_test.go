package demo

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/recording"
)

const talk = "../../../transcribe/fixture/eval/00.wav"

// TestVoicesAreRecordings: recordings of one name follow each other on one track, and a file without a name names its voice.
func TestVoicesAreRecordings(t *testing.T) {
	t.Parallel()
	voices, err := Voices(t.Context(), recording.Opener{}, []string{"Ben=" + talk, talk, "Ben=" + talk})
	if err != nil || len(voices) != 2 || voices[0].Name != "Ben" || voices[1].Name != "00" {
		t.Fatalf("%+v, %v", voices, err)
	}
	length := func(i int) (at time.Duration) {
		for {
			f, err := voices[i].Source.Next()
			if errors.Is(err, io.EOF) {
				return at
			}
			if err != nil || f.At < at {
				t.Fatalf("a packet at %s after %s, %v", f.At, at, err)
			}
			at = f.At
		}
	}
	twice, once := length(0), length(1)
	line := once - 800*time.Millisecond
	if line < time.Second || (twice-once-800*time.Millisecond-line).Abs() > 50*time.Millisecond {
		t.Errorf("played once the recording takes %s, twice %s", once, twice)
	}
}

func TestVoicesThatCannotBePlayed(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"=x.wav": "a name or a file is missing", "Ben=": "a name or a file is missing",
		"Ben=" + filepath.Join(t.TempDir(), "none.wav"): "none.wav", "Ben=voices.go": "neither a WAV nor an Ogg Opus",
	} {
		if _, err := Voices(t.Context(), recording.Opener{}, []string{given}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", given, err, want)
		}
	}
}
