//go:build !race

package noise

import (
	"slices"
	"testing"

	"earshot/models"
)

func TestSoundsHaveTheirLevel(t *testing.T) {
	for _, kind := range Kinds() {
		pcm := Make(kind, 5*models.SampleRate, -30, 1)
		if got := Decibels(pcm); kind != Silence && (got < -31 || got > -29) {
			t.Errorf("%s at %.1f dBFS, want -30", kind, got)
		}
		if again := Make(kind, 5*models.SampleRate, -30, 1); !slices.Equal(pcm, again) {
			t.Errorf("%s differs with the same seed", kind)
		}
		if other := Make(kind, 5*models.SampleRate, -30, 3); kind != Silence && kind != Hum && slices.Equal(pcm, other) {
			t.Errorf("%s does not differ with another seed", kind)
		}
	}
}
