package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
)

func summaryOf(session, text string) models.Summary {
	cite := models.Key{Session: session, Epoch: 1, Track: "t1", Seq: 1}
	return models.Summary{
		Session: session, Kind: models.SummarySession, Headline: text,
		Chapters:  []models.Chapter{{Title: text, EndMS: 1900, Cites: []models.Key{cite}}},
		Decisions: []models.SummaryItem{{Text: text, SpeakerID: "ana", StartMS: 1000, EndMS: 1900, Cites: []models.Key{cite}}},
		Talk:      []models.TalkShare{{SpeakerID: "ana", SpeakerName: "Ana", TalkMS: 700, Turns: 1}},
		Digest: models.ModerationDigest{
			Flags: 1, Open: 1, ByRule: map[string]int{"scam": 1}, Actions: map[models.Verb]int{models.VerbMute: 1},
		},
		Lines: 9, LeftOut: 1, UntilMS: 1900, Basis: "ab12", Created: start,
	}
}

func TestSummaryIsKeptAndReplaced(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	_, err := s.Summary(t.Context(), "s1", models.SummarySession)
	wantErr(t, "before there is one", err, models.ErrNotFound)
	for _, text := range []string{"Ana on coffee", "Ana on \x00 \u202e tea \"'"} {
		want := summaryOf("s1", text)
		must(t, s.PutSummary(t.Context(), want))
		got, err := s.Summary(t.Context(), "s1", models.SummarySession)
		must(t, err)
		equal(t, "summary", got, want)
	}
	_, err = s.Summary(t.Context(), "s1", models.SummaryRecap)
	wantErr(t, "the other kind", err, models.ErrNotFound)
	wantErr(t, "no such session", s.PutSummary(t.Context(), summaryOf("s2", "x")), models.ErrNotFound)
	wrong := summaryOf("s1", "x")
	wrong.Kind = "poem"
	wantErr(t, "unknown kind", s.PutSummary(t.Context(), wrong), models.ErrInvalid)
}

// What was summed up goes with its session, and no byte of it stays.
func TestSummaryIsErasedWithItsSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "kept")
	startSession(t, s, "secret")
	must(t, s.PutSummary(t.Context(), summaryOf("kept", "plain")))
	for n := range 5 {
		must(t, s.PutSummary(t.Context(), summaryOf("secret", strings.Repeat(marker+" ", 900*(n+1)))))
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
