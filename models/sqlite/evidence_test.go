package sqlite_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
)

func TestExpiredEvidenceLeavesNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	for seq := 1; seq <= 60; seq++ {
		u := utterance(clip("s1", 1, seq, nil), "plain")
		sound := bytes.Repeat([]byte(marker), 200*seq)
		e := models.Evidence{Utterance: u.Key, Ogg: sound, Expires: start.Add(time.Duration(seq) * time.Minute)}
		if seq > 50 {
			e.Ogg = bytes.Repeat([]byte("kept"), 100*seq)
		}
		must(t, s.Put(t.Context(), record(u, []models.Flag{flag(u, "r")}, &e)))
	}
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker cannot be found before: the test would prove nothing")
	}
	n, err := s.ExpireEvidence(t.Context(), start.Add(50*time.Minute))
	must(t, err)
	equal(t, "expired", n, 50)
	equal(t, "traces", traces(t, path), map[string]int{})
	left, err := s.SessionEvidence(t.Context(), "s1", start)
	must(t, err)
	equal(t, "left", len(left), 10)
	must(t, s.Check(t.Context()))
	if n, err = s.ExpireEvidence(t.Context(), start); n != 0 || err != nil {
		t.Errorf("nothing to do: %d, %v", n, err)
	}
	must(t, s.Erase(context.WithoutCancel(t.Context()), models.Erasure{Kind: models.EraseSession, Target: "s1"}))
}
