package storetest

import (
	"testing"
	"time"

	"earshot/models"
)

// testDigestCounts counts by room what happened in sessions during a period, and stores up to when a target has been notified.
func testDigestCounts(t *testing.T, s suite) {
	FillRoom(t, s, "a1", "a", "plain", 20)
	FillRoom(t, s, "a2", "a", "plain", 20)
	FillRoom(t, s, "b1", "b", "plain", 20)
	found, err := s.Digest(t.Context(), Start.Add(-time.Hour), Start.Add(time.Minute))
	Must(t, err)
	want := []models.RoomDigest{
		{Room: "a", Name: "a2", Sessions: 2, Lines: 32, High: 8, Open: 8},
		{Room: "b", Name: "b1", Sessions: 1, Lines: 16, High: 4, Open: 4},
	}
	Equal(t, "digest", found, want)
	for name, at := range map[string]time.Time{"before": Start.Add(-time.Hour), "after": Start.Add(2 * time.Hour)} {
		if found, err := s.Digest(t.Context(), at, at.Add(time.Minute)); err != nil || len(found) != 0 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.IsZero() {
		t.Errorf("never sent: %v, %v", until, err)
	}
	Must(t, s.SetDigestUntil(t.Context(), "morning", Start))
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.Equal(Start) {
		t.Errorf("sent: %v, %v", until, err)
	}
}
