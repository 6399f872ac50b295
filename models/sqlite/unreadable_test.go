package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// garble makes documents of a table unreadable, as another version or a failing disk would: they still contain the words.
func garble(t *testing.T, path, table, words string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_secure_delete=on")
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "UPDATE "+table+" SET doc = ?", `{"id": 7, "words": "`+words+`"}`)
	must(t, err)
}

// TestRedactingOverUnreadableDocuments: the decisions and actions of a line cannot be read. Its words are removed all the same, from
// these too.
func TestRedactingOverUnreadableDocuments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	u := redactable(t, s)
	garble(t, path, "decisions", "Zqxanna Zqxbell")
	garble(t, path, "actions", "Zqxanna")
	got, err := s.RedactLine(t.Context(), models.LineRedaction{
		Key: u.Key, Words: []int{2, 3}, By: "kim", When: start.Add(time.Minute),
		Clips: []models.Evidence{{Utterance: u.Key, Ogg: []byte("OggS beep"), Peaks: []byte{9}}},
	})
	must(t, err)
	equal(t, "the line", got.Text, "My name, ▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮ is old.")
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
	must(t, s.Close())
}

// TestMaskingOverUnreadableDocuments: the same for words that are hidden after they were stored.
func TestMaskingOverUnreadableDocuments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	secret := []models.Word{{Text: marker, StartMS: 1400, EndMS: 1600, P: 0.9}}
	u := utterance(clip("s1", 1, 1, nil), marker, secret[0])
	f := flag(u, "pii.phone")
	f.Matched = secret
	d := models.Decision{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Matched: secret, Created: start}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Utterance: &u, Flags: []models.Flag{f}, Decisions: []models.Decision{d}}))
	garble(t, path, "decisions", marker)
	for range 2 { // the second time there is nothing left to hide
		must(t, s.Put(t.Context(), models.Record{Session: "s1", Masks: []models.Mask{{Speaker: "ana", Words: secret}}}))
	}
	must(t, s.Scrub(t.Context()))
	equal(t, "traces", traces(t, path), map[string]int{})
}

// TestErasingOverUnreadableDocuments: a person is erased, one of whose documents is truncated. Their data is read without it, which
// is reported, and then nothing is left.
func TestErasingOverUnreadableDocuments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: "zqxana", Name: "Zqxana"}))
	d := models.Decision{ID: "d1", Session: "s1", SpeakerID: "zqxana", Created: start}
	as := []models.Action{
		{ID: "a1", Session: "s1", Decision: "d1", TargetID: "zqxana", Created: start},
		{ID: "a2", Session: "s1", TargetID: "zqxana", Created: start},
	}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Decisions: []models.Decision{d}, Actions: as}))
	for _, table := range []string{"decisions", "actions"} {
		db, err := sql.Open("sqlite3", "file:"+path+"?_secure_delete=on")
		must(t, err)
		_, err = db.ExecContext(t.Context(), "UPDATE "+table+` SET doc = '{"target_id": "zqxana", "te'`)
		must(t, err)
		must(t, db.Close())
	}
	r, err := s.PersonRecord(t.Context(), "zqxana", "")
	if !errors.Is(err, models.ErrUnreadable) || len(r.Sessions) != 1 {
		t.Errorf("%d sessions, %v", len(r.Sessions), err)
	}
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "zqxana", By: "kim"}))
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
}
