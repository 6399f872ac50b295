package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
)

// TestSnapshotIsWhatTheRecordHolds: the same as its parts read one by one, and of rooms that are asked for alone.
func TestSnapshotIsWhatTheRecordHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: "ana", Name: "Ana"}))
	must(t, s.PutGap(t.Context(), models.Gap{Session: "s1", SpeakerID: "ana", StartMS: 1, EndMS: 9, Cause: models.GapLoss}))
	must(t, s.PutSummary(t.Context(), models.Summary{Session: "s1", Kind: models.SummaryRecap, Headline: "Ana spoke."}))
	u := utterance(clip("s1", 1, 1, nil), "Hello there.")
	f := flag(u, "greeting")
	d := models.Decision{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Created: start}
	a := models.Action{
		ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionPlanned, Created: start,
	}
	must(t, s.Put(t.Context(), models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f}, Decisions: []models.Decision{d}, Actions: []models.Action{a},
	}))
	info, err := s.Session(t.Context(), "s1")
	must(t, err)
	q := models.SnapshotQuery{Session: "s1", Only: models.OnlyRooms(info.Room), Now: start, Words: true}

	got, err := s.Snapshot(t.Context(), q)
	must(t, err)
	want := models.Snapshot{Session: info.Session, Names: map[string]string{}}
	want.Speakers, err = s.Speakers(t.Context(), "s1")
	must(t, err)
	want.Lines, err = s.Utterances(t.Context(), "s1")
	must(t, err)
	want.Flags, err = s.Flags(t.Context(), "s1")
	must(t, err)
	want.Gaps, err = s.Gaps(t.Context(), "s1")
	must(t, err)
	want.Decisions, err = s.Decisions(t.Context(), "s1")
	must(t, err)
	want.Actions, err = s.Actions(t.Context(), "s1")
	must(t, err)
	sum, err := s.Summary(t.Context(), "s1", models.SummaryRecap)
	must(t, err)
	want.Summaries = []models.Summary{sum}
	equal(t, "the snapshot", got, want)

	q.Words = false
	got, err = s.Snapshot(t.Context(), q)
	must(t, err)
	want.Lines, want.Gaps = nil, nil
	equal(t, "the snapshot without words", got, want)

	garble(t, path, "actions", "Ana")
	got, err = s.Snapshot(t.Context(), q)
	if !errors.Is(err, models.ErrUnreadable) {
		t.Errorf("actions that cannot be read: %v", err)
	}
	want.Actions = nil
	equal(t, "the rest", got, want)

	for name, q := range map[string]models.SnapshotQuery{
		"another room": {Session: "s1", Only: models.OnlyRooms("elsewhere"), Now: time.Now()},
		"no room":      {Session: "s1", Only: models.OnlyRooms(), Now: time.Now()},
		"no session":   {Session: "none", Now: time.Now()},
	} {
		if got, err := s.Snapshot(t.Context(), q); !errors.Is(err, models.ErrNotFound) || got.Session.ID != "" {
			t.Errorf("%s: %+v, %v", name, got.Session, err)
		}
		if _, err := s.SessionIn(t.Context(), q.Session, q.Only); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
