package sqlite_test

import (
	"path/filepath"
	"testing"

	"earshot/models"
	"earshot/models/store/storetest"
)

// TestMask: no byte is left of words that are hidden after they were stored.
func TestMask(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	m, _, _ := storetest.Maskable(t, s)
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker is not stored")
	}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Masks: []models.Mask{m}}))
	must(t, s.Scrub(t.Context()))
	if n := traces(t, path); len(n) != 0 {
		t.Errorf("traces are left: %v", n)
	}
}
