package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"earshot/models"
)

// TestSnapshotWithoutWhatIsUnreadable: actions that cannot be read do not affect the rest.
func TestSnapshotWithoutWhatIsUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	u := utterance(clip("s1", 1, 1, nil), "Hello there.")
	f := flag(u, "greeting")
	must(t, s.Put(t.Context(), models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f},
		Decisions: []models.Decision{{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Created: start}},
		Actions: []models.Action{{
			ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionPlanned, Created: start,
		}},
	}))
	q := models.SnapshotQuery{Session: "s1", Now: start, Words: true}
	want, err := s.Snapshot(t.Context(), q)
	must(t, err)
	if len(want.Actions) != 1 || len(want.Decisions) != 1 {
		t.Fatalf("%d actions and %d decisions", len(want.Actions), len(want.Decisions))
	}

	garble(t, path, "actions", "Ana")
	got, err := s.Snapshot(t.Context(), q)
	if !errors.Is(err, models.ErrUnreadable) {
		t.Errorf("actions that cannot be read: %v", err)
	}
	want.Actions = nil
	equal(t, "the rest", got, want)
}
