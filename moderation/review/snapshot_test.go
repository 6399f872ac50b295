package review

import (
	"context"
	"maps"
	"net/http"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/record"
)

// frugal is a store that counts reads, and panics when anything else is requested.
type frugal struct {
	record.Store // nil
	m            *memory
	calls        map[string]int
}

func (f *frugal) Snapshot(ctx context.Context, q models.SnapshotQuery) (models.Snapshot, error) {
	f.calls["Snapshot"]++
	if q.Words {
		f.calls["words"]++
	}
	return f.m.Snapshot(ctx, q)
}

func (f *frugal) SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error) {
	f.calls["SessionIn"]++
	return f.m.SessionIn(ctx, id, only)
}

func (f *frugal) OpenFlags(ctx context.Context, only models.RoomSet) (int, error) {
	f.calls["OpenFlags"]++
	return f.m.OpenFlags(ctx, only)
}

func (f *frugal) Utterances(ctx context.Context, id string) ([]models.Utterance, error) {
	f.calls["Utterances"]++
	return f.m.Utterances(ctx, id)
}

func (f *frugal) Flags(ctx context.Context, id string) ([]models.Flag, error) {
	f.calls["Flags"]++
	return f.m.Flags(ctx, id)
}

func (f *frugal) SessionEvidence(ctx context.Context, id string, now time.Time) ([]models.Evidence, error) {
	f.calls["SessionEvidence"]++
	return f.m.SessionEvidence(ctx, id, now)
}

func (f *frugal) FlagPlace(ctx context.Context, id string) (models.FlagPlace, error) {
	f.calls["FlagPlace"]++
	return f.m.FlagPlace(ctx, id)
}

// TestPagesReadNoMoreThanTheyShow: a session's page makes one read of the session, at one moment, and one for the count in the
// navigation, and lists of the API are read without the rest of the session.
func TestPagesReadNoMoreThanTheyShow(t *testing.T) {
	for path, want := range map[string]map[string]int{
		"/s/s1":                        {"Snapshot": 1, "words": 1, "OpenFlags": 1},
		"/s/s1?edit=1":                 {"Snapshot": 1, "words": 1, "OpenFlags": 1},
		"/s/s1/timeline":               {"Snapshot": 1, "words": 1, "OpenFlags": 1},
		"/queue/waiting":               {"OpenFlags": 1},
		"/api/sessions/s1/utterances":  {"SessionIn": 1, "Utterances": 1},
		"/api/sessions/s1/flags":       {"SessionIn": 1, "Flags": 1},
		"/api/sessions/s1/evidence":    {"SessionIn": 1, "SessionEvidence": 1},
		"/flags/f1":                    {"FlagPlace": 1},
		"/api/sessions/none/evidence":  {"SessionIn": 1},
		"/api/sessions/none/summary":   {"SessionIn": 1},
		"/s/none":                      {"Snapshot": 1, "words": 1, "OpenFlags": 1},
		"/s/none/export/txt":           {"SessionIn": 1, "OpenFlags": 1},
		"/api/sessions/none/decisions": {"SessionIn": 1},
	} {
		f := &frugal{m: askedRoom(), calls: map[string]int{}}
		s := serve(t, f.m, func(c *Config) { c.Store, c.Actor = f, &hand{} })
		w := ask(t, s, "GET", path)
		if w.Code >= http.StatusInternalServerError || !maps.Equal(f.calls, want) {
			t.Errorf("%s: %d, read %v, want %v", path, w.Code, f.calls, want)
		}
	}
	f := &frugal{m: askedRoom(), calls: map[string]int{}}
	s := serve(t, f.m, func(c *Config) { c.Store = f })
	if _, err := s.pages.Pieces(t.Context(), "s1"); err == nil {
		t.Error("somebody who is nobody watches a session")
	}
	if want := map[string]int{"Snapshot": 1}; !maps.Equal(f.calls, want) {
		t.Errorf("a stream begins with %v, want %v", f.calls, want)
	}
}
