package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// redactable is a line whose third and fourth words are in everything that can quote them.
func redactable(t *testing.T, s *sqlite.Store) models.Utterance {
	t.Helper()
	ctx := t.Context()
	_, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "r", Started: start})
	must(t, err)
	word := func(text string, at int64) models.Word {
		return models.Word{Text: text, StartMS: at, EndMS: at + 200, P: 0.9}
	}
	u := utterance(clip("s1", 1, 1, nil), "My name, Zqxanna Zqxbell! is old.",
		word("My", 0), word(" name,", 200), word(" Zqxanna", 400), word(" Zqxbell!", 600), word(" is", 800), word(" old.", 1000))
	f := flag(u, "names")
	f.Matched, f.Title, f.Why = u.Words[2:4], "Name: zqxanna", `Matched "Zqxanna Zqxbell" in names.`
	later := utterance(clip("s1", 1, 2, nil), "Another one.", word("Another", 2000), word(" one.", 2200))
	spread := flag(later, "spread") // a phrase that began in the line before
	spread.Matched, spread.Why = []models.Word{u.Words[3], later.Words[0]}, "Zqxbell another."
	other := flag(later, "other")
	other.Why = "Matched my own."
	must(t, s.Put(ctx, models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f},
		Evidence: &models.Evidence{
			Utterance: u.Key, EndMS: 1200, Ogg: []byte("OggS zqxsound"), Peaks: []byte{1}, Expires: time.Now().Add(time.Hour),
		},
		Decisions: []models.Decision{
			{
				ID: "d1", Session: "s1", Flag: f.ID, Matched: f.Matched, Why: f.Why, SecondLook: &models.SecondLook{Text: "zqxannabell"},
				Created: start,
			},
		},
		Actions: []models.Action{
			{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMessage, Text: "Don't say Zqxanna.", Created: start},
		},
	}))
	must(t, s.Put(ctx, record(later, []models.Flag{spread, other})))
	_, err = s.CorrectText(ctx, u.Key, "My name, Zqxanna Zqxbell, is old.", "kim", start)
	must(t, err)
	must(t, s.PutSummary(ctx, models.Summary{Session: "s1", Kind: models.SummarySession, Headline: "Zqxanna is old.", Created: start}))
	return u
}

func TestRedactLineLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	u := redactable(t, s)
	if len(tracesOf(t, path, marked)) == 0 {
		t.Fatal("the words cannot be found before: the test would prove nothing")
	}
	got, err := s.RedactLine(t.Context(), models.LineRedaction{
		Key: u.Key, Words: []int{2, 3}, By: "kim", When: start.Add(time.Minute),
		Clips: []models.Evidence{{Utterance: u.Key, Ogg: []byte("OggS beep"), Peaks: []byte{9}}},
	})
	must(t, err)
	if got.Text != "My name, ▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮ is old." || got.Original != "" || got.Words[2].Text != " ▮▮▮▮▮▮▮" ||
		got.Words[5].Text != " old." {
		t.Errorf("%q, first %q, words %v", got.Text, got.Original, got.Words)
	}
	flags, err := s.Flags(t.Context(), "s1")
	must(t, err)
	whys := map[string]string{"names": "The words were redacted.", "spread": "The words were redacted.", "other": "Matched my own."}
	for _, f := range flags {
		if f.Why != whys[f.Rule] {
			t.Errorf("%s: %q", f.Rule, f.Why)
		}
	}
	e, err := s.Evidence(t.Context(), models.EvidenceID(u.Key), start)
	must(t, err)
	equal(t, "sound", string(e.Ogg), "OggS beep")
	for _, q := range []string{"zqxanna", "zqx*"} {
		page, err := s.Search(t.Context(), models.SearchQuery{Text: q})
		must(t, err)
		equal(t, q, len(page.Hits), 0)
	}
	trail, err := s.Audit(t.Context(), 1)
	must(t, err)
	equal(
		t, "audit", trail[0],
		models.AuditEntry{At: start.Add(time.Minute), By: "kim", What: "words redacted", Target: u.String(), Session: "s1"},
	)
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
	must(t, s.Close())
}

func TestRedactLineRefuses(t *testing.T) {
	s := open(t)
	u := redactable(t, s)
	for _, places := range [][]int{nil, {-1}, {6}} {
		_, err := s.RedactLine(t.Context(), models.LineRedaction{Key: u.Key, Words: places})
		wantErr(t, "no such word", err, models.ErrInvalid)
	}
	k := u.Key
	k.Seq = 9
	_, err := s.RedactLine(t.Context(), models.LineRedaction{Key: k, Words: []int{0}})
	wantErr(t, "no such line", err, models.ErrNotFound)
	got, err := s.RedactLine(t.Context(), models.LineRedaction{Key: u.Key, Words: []int{0, 1, 2, 3, 4, 5}})
	must(t, err)
	if strings.ContainsAny(got.Text, "abcdefghijklmnopqrstuvwxyz") {
		t.Errorf("%q", got.Text)
	}
	_, err = s.Evidence(t.Context(), models.EvidenceID(u.Key), start)
	wantErr(t, "a clip without a covered one", err, models.ErrNotFound)
}
