//go:build !race

package wav

import (
	"bytes"
	"math"
	"testing"
)

func TestEncodedSoundIsReadAgain(t *testing.T) {
	pcm := []float32{0, 0.5, -0.5, 1, -1, 2, -2, 0.25}
	want := []float32{0, 0.5, -0.5, 1, -1, 1, -1, 0.25}
	got, err := ReadAll(bytes.NewReader(Encode(pcm)))
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1.0/16384 {
			t.Errorf("sample %d: %v, want %v", i, got[i], want[i])
		}
	}
	if got, err := ReadAll(bytes.NewReader(Encode(nil))); len(got) != 0 {
		t.Error(got, err)
	}
}
