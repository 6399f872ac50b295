package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/models/store/storetest"
)

// Summaries are removed with their session, and no byte of them stays.
func TestSummaryIsErasedWithItsSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "kept")
	startSession(t, s, "secret")
	must(t, s.PutSummary(t.Context(), storetest.Summary("kept", "plain")))
	for n := range 5 {
		must(t, s.PutSummary(t.Context(), storetest.Summary("secret", strings.Repeat(marker+" ", 900*(n+1)))))
	}
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker cannot be found before the deletion: the test would prove nothing")
	}
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "secret"}))
	equal(t, "traces", traces(t, path), map[string]int{})
	_, err := s.Summary(t.Context(), "kept", models.SummarySession)
	must(t, err)
	must(t, s.Check(t.Context()))
}
