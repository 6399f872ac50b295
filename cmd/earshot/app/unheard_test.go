package app

import (
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/models"
)

// TestUnheardSince: a session that goes on was not heard since what the process before it had stored everything of, even if somebody else
// was heard later; what is said of another session does not count, and without a word it may be anything since 15 s before its last sign.
func TestUnheardSince(t *testing.T) {
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	t.Cleanup(func() { _ = l.Close() })
	now := time.Now()
	left, err := s.Store.StartSession(t.Context(), models.Session{ID: "left", Room: "r", Started: now.Add(-time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	lease := fleet.Lease{At: now}
	lease.Room = models.Room{ID: "r", Name: "r", URL: "lounge://l.example/r"}
	lease.RoomLease.Now, lease.Heard = now, now.Add(-5*time.Second)
	gap := models.Gap{Session: left.ID, SpeakerID: "ben", StartMS: 48_000, EndMS: 50_000, LostMS: 2000, Cause: models.GapLoss}
	if err := s.Store.PutGap(t.Context(), gap); err != nil {
		t.Fatal(err)
	}
	for cut, want := range map[int64]time.Duration{0: 50 * time.Second, 47_000: 47 * time.Second, 100_000: 50 * time.Second} {
		lease.CutMS = cut
		if got, unheard, err := s.rooms.leftOver(t.Context(), lease); err != nil || got.ID != "left" || unheard != want {
			t.Errorf("stored until %d ms: unheard since %v, want %v: %v", cut, unheard, want, err)
		}
	}
}
