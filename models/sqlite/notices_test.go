package sqlite_test

import (
	"testing"
	"time"

	"earshot/models"
)

// TestDigest counts by room what happened in sessions that touch the time, and remembers up to when a target was told.
func TestDigest(t *testing.T) {
	s := open(t)
	fillRoom(t, s, "a1", "a", "plain", 20)
	fillRoom(t, s, "a2", "a", "plain", 20)
	fillRoom(t, s, "b1", "b", "plain", 20)
	found, err := s.Digest(t.Context(), start.Add(-time.Hour), start.Add(time.Minute))
	must(t, err)
	want := []models.RoomDigest{
		{Room: "a", Name: "a2", Sessions: 2, Lines: 32, High: 8, Open: 8},
		{Room: "b", Name: "b1", Sessions: 1, Lines: 16, High: 4, Open: 4},
	}
	equal(t, "digest", found, want)
	for name, at := range map[string]time.Time{"before": start.Add(-time.Hour), "after": start.Add(2 * time.Hour)} {
		if found, err := s.Digest(t.Context(), at, at.Add(time.Minute)); err != nil || len(found) != 0 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.IsZero() {
		t.Errorf("never sent: %v, %v", until, err)
	}
	must(t, s.SetDigestUntil(t.Context(), "morning", start))
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.Equal(start) {
		t.Errorf("sent: %v, %v", until, err)
	}
}
