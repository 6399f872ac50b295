package storetest

import (
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// testRedacted: redacted words are in nothing that quotes them.
func testRedacted(t *testing.T, s suite) {
	u := Redactable(t, s)
	got, err := s.RedactLine(t.Context(), models.LineRedaction{
		Key: u.Key, Words: []int{2, 3}, By: "kim", When: Start.Add(time.Minute),
		Clips: []models.Evidence{{Utterance: u.Key, Ogg: []byte("OggS beep"), Peaks: []byte{9}}},
	})
	Must(t, err)
	if got.Text != "My name, ▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮ is old." || got.Original != "" || got.Words[2].Text != " ▮▮▮▮▮▮▮" ||
		got.Words[5].Text != " old." {
		t.Errorf("%q, first %q, words %v", got.Text, got.Original, got.Words)
	}
	flags, err := s.Flags(t.Context(), "s1")
	Must(t, err)
	whys := map[string]string{"names": "The words were redacted.", "spread": "The words were redacted.", "other": "Matched my own."}
	for _, f := range flags {
		if f.Why != whys[f.Rule] {
			t.Errorf("%s: %q", f.Rule, f.Why)
		}
	}
	e, err := s.Evidence(t.Context(), models.EvidenceID(u.Key), Start)
	Must(t, err)
	Equal(t, "sound", string(e.Ogg), "OggS beep")
	for _, q := range []string{"zqxanna", "zqx*"} {
		page, err := s.Search(t.Context(), models.SearchQuery{Text: q})
		Must(t, err)
		Equal(t, q, len(page.Hits), 0)
	}
	trail, err := s.Audit(t.Context(), 1)
	Must(t, err)
	Equal(
		t, "audit", trail[0],
		models.AuditEntry{At: Start.Add(time.Minute), By: "kim", What: "words redacted", Target: u.String(), Session: "s1"},
	)
}

func testRedactRefuses(t *testing.T, s suite) {
	u := Redactable(t, s)
	for _, places := range [][]int{nil, {-1}, {6}} {
		_, err := s.RedactLine(t.Context(), models.LineRedaction{Key: u.Key, Words: places})
		WantErr(t, "no such word", err, models.ErrInvalid)
	}
	k := u.Key
	k.Seq = 9
	_, err := s.RedactLine(t.Context(), models.LineRedaction{Key: k, Words: []int{0}})
	WantErr(t, "no such line", err, models.ErrNotFound)
	got, err := s.RedactLine(t.Context(), models.LineRedaction{Key: u.Key, Words: []int{0, 1, 2, 3, 4, 5}})
	Must(t, err)
	if strings.ContainsAny(got.Text, "abcdefghijklmnopqrstuvwxyz") {
		t.Errorf("%q", got.Text)
	}
	_, err = s.Evidence(t.Context(), models.EvidenceID(u.Key), Start)
	WantErr(t, "a clip without a covered one", err, models.ErrNotFound)
}

// Maskable stores two lines whose word zqxmarker is to be masked after they were stored, also in their correction, flag and
// decision; flag is theirs, and other is somebody else's line.
func Maskable(t testing.TB, s store.Store) (m models.Mask, flag string, other models.Key) {
	t.Helper()
	StartSession(t, s, "s1")
	word := func(text string, at int64) models.Word {
		return models.Word{Text: text, StartMS: at, EndMS: at + 200, P: 0.9}
	}
	secret := []models.Word{word("zqxmarker", 1400), word("zqxmarkertwo", 2100)}
	first := Line(Clip("s1", 1, 1, nil), "call zqxmarker", word("call", 1100), secret[0])
	second := Line(Clip("s1", 1, 2, nil), "zqxmarkertwo please", secret[1], word("please", 2400))
	third := Line(Clip("s1", 1, 2, nil), "two hello", word("two", 2100), word("hello", 2400))
	third.Track, third.SpeakerID, third.SpeakerName = "t2", "ben", "Ben"
	Must(t, s.Put(t.Context(), Record(first, nil)))
	Must(t, s.Put(t.Context(), Record(third, nil)))
	_, err := s.CorrectText(t.Context(), first.Key, "phone zqxmarker", "host", Start)
	Must(t, err)
	f := Flag(second, "pii.phone")
	f.Matched = secret
	d := models.Decision{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Matched: secret, Created: Start}
	Must(t, s.Put(t.Context(), models.Record{Session: "s1", Utterance: &second, Flags: []models.Flag{f}, Decisions: []models.Decision{d}}))
	return models.Mask{Speaker: "ana", Words: secret}, f.ID, third.Key
}

// testMask: words that are hidden after they were stored are in no line, correction, flag or decision, and everything else is
// unchanged.
func testMask(t *testing.T, s suite) {
	m, flag, other := Maskable(t, s)
	Must(t, s.Put(t.Context(), models.Record{Session: "s1", Masks: []models.Mask{m}}))
	lines, err := s.LinesOf(t.Context(), "s1", "ana", 1400, 2300)
	Must(t, err)
	if len(lines) != 2 || lines[0].Text != "phone ▮▮▮▮▮▮▮▮▮" || lines[0].Original != "call ▮▮▮▮▮▮▮▮▮" ||
		lines[1].Text != "▮▮▮▮▮▮▮▮▮▮▮▮ please" {
		t.Errorf("lines %+v", lines)
	}
	whole, err := s.Utterance(t.Context(), other)
	Must(t, err)
	Equal(t, "somebody else's line", whole.Text, "two hello")
	flags, err := s.Flags(t.Context(), "s1")
	Must(t, err)
	Equal(t, "the flag's words", models.TextOf(flags[0].Matched), "▮▮▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮▮▮▮▮")
	decision, err := s.DecisionOfFlag(t.Context(), flag)
	Must(t, err)
	Equal(t, "the decision's words", models.TextOf(decision.Matched), "▮▮▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮▮▮▮▮")
	page, err := s.Search(t.Context(), models.SearchQuery{Text: "zqx*"})
	Must(t, err)
	Equal(t, "hits", len(page.Hits), 0)
}
