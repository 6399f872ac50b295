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

// eraseFixture stores lines of two people alternately; every word of one contains the marker.
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
