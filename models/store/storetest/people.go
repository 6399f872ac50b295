package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

func testPeopleAreNamedMergedAndParted(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	StartSession(t, s, "s2")
	for seq, who := range []string{"ana", "ana2", "ana"} {
		u := Line(Clip([]string{"s1", "s1", "s2"}[seq], 1, seq+1, nil), "words")
		u.SpeakerID, u.SpeakerName = who, strings.ToUpper(who)
		Must(t, s.Put(t.Context(), Record(u, []models.Flag{Flag(u, "r")})))
	}
	Must(t, s.NamePerson(t.Context(), "open-mic", "ana", " Anna  Smith ", "kim", Start))
	Must(
		t,
		s.MergePeople(
			t.Context(), models.Identity{Room: "open-mic", SpeakerID: "ana"}, models.Identity{Room: "open-mic", SpeakerID: "ana2"}, "kim",
			Start,
		),
	)
	names, err := s.Names(t.Context(), "open-mic")
	Must(t, err)
	Equal(t, "names", names, map[string]string{"ana": "Anna Smith", "ana2": "Anna Smith"})
	p, err := s.Person(t.Context(), "open-mic", "ana2", models.RoomSet{})
	Must(t, err)
	if p.Name != "Anna Smith" || !p.Given || len(p.Identities) != 2 || p.Lines != 3 || p.Open != 3 || len(p.Sessions) != 3 ||
		p.Identities[1].Name != "ANA2" {
		t.Errorf("%+v", p)
	}
	Must(t, s.SplitPerson(t.Context(), "open-mic", "ana2", "kim", Start))
	p, err = s.Person(t.Context(), "open-mic", "ana2", models.RoomSet{})
	Must(t, err)
	Equal(t, "parted", []any{p.Name, p.Lines, len(p.Identities)}, []any{"ANA2", 1, 1})
	seen, err := s.Identities(t.Context(), "open-mic", 10)
	Must(t, err)
	Equal(t, "seen", len(seen), 2)
	trail, err := s.Audit(t.Context(), 10)
	Must(t, err)
	Equal(t, "trail", []string{trail[0].What, trail[1].What, trail[2].What}, []string{"people parted", "people merged", "person named"})
	for _, err := range []error{
		s.NamePerson(t.Context(), "open-mic", "nobody", "x", "kim", Start),
		s.NamePerson(t.Context(), "other-room", "ana", "x", "kim", Start),
		s.SplitPerson(t.Context(), "open-mic", "nobody", "kim", Start),
	} {
		if !errors.Is(err, models.ErrNotFound) {
			t.Error(err)
		}
	}
}

// testObjectionsOutliveBeingTold: somebody who objected is informed about the bot in the next session, like everybody else, and
// their objection remains.
func testObjectionsOutliveBeingTold(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	StartSession(t, s, "s2")
	Must(t, s.PutConsent(t.Context(), models.Consent{Session: "s1", SpeakerID: "ana", What: models.ConsentObjected, How: "chat", At: Start}))
	for _, what := range []models.ConsentWhat{models.ConsentTold, models.ConsentNotTold} {
		Must(t, s.PutConsent(t.Context(), models.Consent{Session: "s2", SpeakerID: "ana", What: what, How: "seen", At: Start.Add(time.Hour)}))
	}
	marks, err := s.Objections(t.Context(), "open-mic")
	Must(t, err)
	Equal(t, "objections", marks, map[string]bool{models.PersonMark("ana"): true})
}

func testConsents(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	_, err := s.StartSession(ctx, models.Session{ID: "s2", Room: "book-club", Started: Start})
	Must(t, err)
	told := models.Consent{Session: "s1", Room: "open-mic", What: models.ConsentTold, How: "seen", At: Start}
	ana := models.Consent{
		Session: "s1", Room: "open-mic", SpeakerID: "ana", SpeakerName: "Ana", What: models.ConsentObjected, How: "chat", At: Start,
	}
	ben := models.Consent{Session: "s2", Room: "book-club", SpeakerID: "ben", What: models.ConsentNotTold, How: "seen", At: Start}
	for _, c := range []models.Consent{told, ana, ben} {
		Must(t, s.PutConsent(ctx, c))
	}
	for _, tt := range []struct {
		session, room, speaker string
		limit                  int
		want                   []models.Consent
	}{
		{"", "", "", 0, []models.Consent{ben, ana, told}},
		{"s1", "", "", 0, []models.Consent{ana, told}},
		{"", "book-club", "", 0, []models.Consent{ben}},
		{"", "", "ana", 0, []models.Consent{ana}},
		{"", "", "", 1, []models.Consent{ben}},
	} {
		got, err := s.Consents(ctx, tt.session, tt.room, tt.speaker, tt.limit)
		Must(t, err)
		Equal(t, "ledger of "+tt.session+tt.room+tt.speaker, got, tt.want)
	}
	marks, err := s.Objections(ctx, "open-mic")
	Must(t, err)
	Equal(t, "objections", marks, map[string]bool{models.PersonMark("ana"): true})
	Object(t, s, "open-mic", "ana", models.ConsentWithdrew, Start.Add(time.Minute))
	marks, err = s.Objections(ctx, "open-mic")
	Must(t, err)
	Equal(t, "taken back", marks, map[string]bool{})
	WantErr(t, "of no session", s.PutConsent(ctx, models.Consent{Session: "none", What: models.ConsentTold}), models.ErrNotFound)
}

func testPauses(t *testing.T, s suite) {
	ctx := t.Context()
	paused := func(room, want string) {
		t.Helper()
		by, err := s.PausedBy(ctx, room)
		Must(t, err)
		Equal(t, "who paused "+room, by, want)
	}
	Must(t, s.SetPaused(ctx, "open-mic", true, "kim", Start))
	Must(t, s.SetPaused(ctx, "open-mic", true, "lee", Start)) // it is paused already
	paused("open-mic", "kim")
	paused("book-club", "")
	Must(t, s.SetPaused(ctx, "open-mic", false, "lee", Start))
	paused("open-mic", "")
}
