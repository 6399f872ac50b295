package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// TestObjectionsOutliveErasure: whoever objected is not transcribed after their data has been erased, nor after a restart.
func TestObjectionsOutliveErasure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s1")
	entry := models.Consent{Session: "s1", SpeakerID: marker + "id", SpeakerName: marker, What: models.ConsentObjected, How: "chat", At: start}
	must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: marker + "id", Name: marker}))
	must(t, s.PutConsent(t.Context(), entry))
	must(t, s.PutConsent(t.Context(), models.Consent{Session: "s1", What: models.ConsentTold, How: "seen", At: start}))
	found, err := s.Consents(t.Context(), "s1", "", "", 0)
	must(t, err)
	entry.Room = "open-mic"
	if len(found) != 2 || found[1] != entry {
		t.Errorf("the ledger is %+v", found)
	}
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "kim"}))
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Close())
	s = openAt(t, path)
	marks, err := s.Objections(t.Context(), "open-mic")
	must(t, err)
	equal(t, "objections", marks, map[string]bool{models.PersonMark(marker + "id"): true})
	if other, err := s.Objections(t.Context(), "elsewhere"); err != nil || len(other) > 0 {
		t.Errorf("elsewhere %v, %v", other, err)
	}
	object(t, s, "open-mic", marker+"id", models.ConsentWithdrew, time.Now())
	if marks, err = s.Objections(t.Context(), "open-mic"); err != nil || len(marks) > 0 {
		t.Errorf("taken back: %v, %v", marks, err)
	}
	if err := s.PutConsent(t.Context(), models.Consent{Session: "none", What: models.ConsentTold}); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("an entry of no session: %v", err)
	}
}

// TestPausesStay: pauses survive a restart.
func TestPausesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	must(t, s.SetPaused(t.Context(), "open-mic", true, "kim", start))
	must(t, s.Close())
	s = openAt(t, path)
	if by, err := s.PausedBy(t.Context(), "open-mic"); by != "kim" || err != nil {
		t.Errorf("paused by %q, %v", by, err)
	}
	must(t, s.SetPaused(t.Context(), "open-mic", false, "ana", start))
	if by, err := s.PausedBy(t.Context(), "open-mic"); by != "" || err != nil {
		t.Errorf("resumed: %q, %v", by, err)
	}
}

// TestRestoreKeepsObjections: whoever objected after a backup was made is not transcribed after it has been restored.
func TestRestoreKeepsObjections(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "data", "earshot.db"), filepath.Join(dir, "backup.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	must(t, s.Backup(t.Context(), file))
	object(t, s, "open-mic", "ana", models.ConsentObjected, start)
	must(t, s.SetPaused(t.Context(), "book-club", true, "kim", start))
	must(t, s.Close())
	_, err = sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
	must(t, err)
	s = openAt(t, path)
	marks, err := s.Objections(t.Context(), "open-mic")
	must(t, err)
	equal(t, "objections", marks, map[string]bool{models.PersonMark("ana"): true})
	if by, err := s.PausedBy(t.Context(), "book-club"); by != "kim" || err != nil {
		t.Errorf("paused by %q, %v", by, err)
	}
}
