package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

func TestRedactLineLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	u := redactable(t, s)
	if len(tracesOf(t, path, marked)) == 0 {
		t.Fatal("the words cannot be found before: the test would prove nothing")
	}
	_, err = s.RedactLine(t.Context(), models.LineRedaction{
		Key: u.Key, Words: []int{2, 3}, By: "kim", When: start.Add(time.Minute),
		Clips: []models.Evidence{{Utterance: u.Key, Ogg: []byte("OggS beep"), Peaks: []byte{9}}},
	})
	must(t, err)
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
	must(t, s.Close())
}
