package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

func TestCorrectedTextKeepsWhatWasHeard(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	var words []models.Word
	for i, w := range strings.Fields("Bye my coin now") {
		words = append(words, models.Word{Text: " " + w, StartMS: int64(1000 + 100*i), EndMS: int64(1100 + 100*i), P: 0.5})
	}
	u := utterance(clip("s1", 1, 1, nil), "Bye my coin now", words...)
	must(t, s.Put(t.Context(), record(u, []models.Flag{flag(u, "r")})))
	when := start.Add(time.Hour)
	got, err := s.CorrectText(t.Context(), u.Key, "  Buy my  small\ncoin now. ", "kim", when)
	must(t, err)
	want := u
	want.Text, want.Original, want.EditedBy, want.Edited = "Buy my small coin now.", u.Text, "kim", when
	want.Words = []models.Word{
		{Text: " Buy", StartMS: 1000, EndMS: 1100, P: 1},
		{Text: " my", StartMS: 1100, EndMS: 1200, P: 0.5},
		{Text: " small", StartMS: 1200, EndMS: 1200, P: 1},
		{Text: " coin", StartMS: 1200, EndMS: 1300, P: 0.5},
		{Text: " now.", StartMS: 1300, EndMS: 1400, P: 0.5},
	}
	equal(t, "corrected", got, want)
	for text, hits := range map[string]int{"small": 1, "bye": 0} {
		page, err := s.Search(t.Context(), models.SearchQuery{Text: text, Flagged: true})
		must(t, err)
		equal(t, "hits of "+text, len(page.Hits), hits)
	}
	got, err = s.CorrectText(t.Context(), u.Key, "Quite another thing altogether, said at length", "lee", when)
	must(t, err)
	equal(t, "first words", got.Original, u.Text)
	got, err = s.CorrectText(t.Context(), u.Key, u.Text, "lee", when)
	must(t, err)
	equal(t, "put back", got, u)
	// nolint:gocritic // blanks are what is tried
	for text, want := range map[string]error{" \n ": models.ErrInvalid, strings.Repeat("x", 4001): models.ErrInvalid} {
		if _, err := s.CorrectText(t.Context(), u.Key, text, "x", when); !errors.Is(err, want) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	if _, err := s.CorrectText(t.Context(), clip("s1", 1, 9, nil).Key, "x", "x", when); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
}

func TestPeopleAreNamedMergedAndParted(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	startSession(t, s, "s2")
	for seq, who := range []string{"ana", "ana2", "ana"} {
		u := utterance(clip([]string{"s1", "s1", "s2"}[seq], 1, seq+1, nil), "words")
		u.SpeakerID, u.SpeakerName = who, strings.ToUpper(who)
		must(t, s.Put(t.Context(), record(u, []models.Flag{flag(u, "r")})))
	}
	must(t, s.NamePerson(t.Context(), "open-mic", "ana", " Anna  Smith ", "kim", start))
	must(
		t,
		s.MergePeople(
			t.Context(), models.Identity{Room: "open-mic", SpeakerID: "ana"}, models.Identity{Room: "open-mic", SpeakerID: "ana2"}, "kim",
			start,
		),
	)
	names, err := s.Names(t.Context(), "open-mic")
	must(t, err)
	equal(t, "names", names, map[string]string{"ana": "Anna Smith", "ana2": "Anna Smith"})
	p, err := s.Person(t.Context(), "open-mic", "ana2", models.RoomSet{})
	must(t, err)
	if p.Name != "Anna Smith" || !p.Given || len(p.Identities) != 2 || p.Lines != 3 || p.Open != 3 || len(p.Sessions) != 3 ||
		p.Identities[1].Name != "ANA2" {
		t.Errorf("%+v", p)
	}
	must(t, s.SplitPerson(t.Context(), "open-mic", "ana2", "kim", start))
	p, err = s.Person(t.Context(), "open-mic", "ana2", models.RoomSet{})
	must(t, err)
	equal(t, "parted", []any{p.Name, p.Lines, len(p.Identities)}, []any{"ANA2", 1, 1})
	seen, err := s.Identities(t.Context(), "open-mic", 10)
	must(t, err)
	equal(t, "seen", len(seen), 2)
	trail, err := s.Audit(t.Context(), 10)
	must(t, err)
	equal(t, "trail", []string{trail[0].What, trail[1].What, trail[2].What}, []string{"people parted", "people merged", "person named"})
	for _, err := range []error{
		s.NamePerson(t.Context(), "open-mic", "nobody", "x", "kim", start),
		s.NamePerson(t.Context(), "other-room", "ana", "x", "kim", start),
		s.SplitPerson(t.Context(), "open-mic", "nobody", "kim", start),
	} {
		if !errors.Is(err, models.ErrNotFound) {
			t.Error(err)
		}
	}
}

// eraseFixture stores lines of two people in turn; every word of one holds the marker.
func eraseFixture(t *testing.T, s *sqlite.Store) {
	t.Helper()
	startSession(t, s, "s1")
	for seq := 1; seq <= 120; seq++ {
		who, word := "ben", "plain"
		if seq%2 == 0 {
			who, word = marker+"id", marker
		}
		c := clip("s1", 1, seq, []byte(strings.Repeat(word, 50+seq*7%300)))
		c.SpeakerID, c.SpeakerName = who, word+" name"
		must(t, s.PutClip(t.Context(), c))
		if seq%8 == 0 {
			continue // stays in the spool
		}
		u := utterance(c, strings.TrimSpace(strings.Repeat(word+" ", 1+seq%20)), models.Word{Text: word, P: 1})
		f := flag(u, "r")
		f.Why, f.Title = word, word
		e := models.Evidence{Utterance: u.Key, Ogg: []byte(strings.Repeat(word, 300)), Expires: time.Now().Add(time.Hour)}
		must(t, s.Put(t.Context(), record(u, []models.Flag{f}, &e)))
		if seq%10 == 0 {
			_, err := s.CorrectText(t.Context(), u.Key, word+" corrected", "kim", start)
			must(t, err)
		}
	}
	must(
		t,
		s.PutGap(
			t.Context(),
			models.Gap{Session: "s1", SpeakerID: marker + "id", SpeakerName: marker, StartMS: 1, EndMS: 2, Cause: models.GapLoss},
		),
	)
	must(t, s.NamePerson(t.Context(), "open-mic", marker+"id", marker+" given", "kim", start))
}

func TestErasedPersonLeavesNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	eraseFixture(t, s)
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker cannot be found before: the test would prove nothing")
	}
	must(t, s.ErasePerson(context.WithoutCancel(t.Context()), "open-mic", marker+"id", "kim"))
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Check(t.Context()))
	if _, err := s.Person(t.Context(), "open-mic", marker+"id", models.RoomSet{}); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
	left, err := s.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "lines of the other", len(left), 60)
}
