package sqlite_test

import (
	"path/filepath"
	"testing"

	"earshot/models"
)

// TestMask: words that are hidden after they were stored are in no line, correction, flag, decision, index or byte of the
// store, and everything else stays as it was.
func TestMask(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	word := func(text string, at int64) models.Word {
		return models.Word{Text: text, StartMS: at, EndMS: at + 200, P: 0.9}
	}
	secret := []models.Word{word(marker, 1400), word(marker+"two", 2100)}
	first := utterance(clip("s1", 1, 1, nil), "call "+marker, word("call", 1100), secret[0])
	second := utterance(clip("s1", 1, 2, nil), marker+"two please", secret[1], word("please", 2400))
	other := utterance(clip("s1", 1, 2, nil), "two hello", word("two", 2100), word("hello", 2400))
	other.Track, other.SpeakerID, other.SpeakerName = "t2", "ben", "Ben"
	must(t, s.Put(t.Context(), record(first, nil)))
	must(t, s.Put(t.Context(), record(other, nil)))
	_, err := s.CorrectText(t.Context(), first.Key, "phone "+marker, "host", start)
	must(t, err)
	f := flag(second, "pii.phone")
	f.Matched = secret
	d := models.Decision{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Matched: secret, Created: start}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Utterance: &second, Flags: []models.Flag{f}, Decisions: []models.Decision{d}}))
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker is not stored")
	}

	must(t, s.Put(t.Context(), models.Record{Session: "s1", Masks: []models.Mask{{Speaker: "ana", Words: secret}}}))
	lines, err := s.LinesOf(t.Context(), "s1", "ana", 1400, 2300)
	must(t, err)
	if len(lines) != 2 || lines[0].Text != "phone ▮▮▮▮▮▮▮▮▮" || lines[0].Original != "call ▮▮▮▮▮▮▮▮▮" ||
		lines[1].Text != "▮▮▮▮▮▮▮▮▮▮▮▮ please" {
		t.Errorf("lines %+v", lines)
	}
	whole, err := s.Utterance(t.Context(), other.Key)
	must(t, err)
	equal(t, "somebody else's line", whole.Text, "two hello")
	flags, err := s.Flags(t.Context(), "s1")
	must(t, err)
	equal(t, "the flag's words", models.TextOf(flags[0].Matched), "▮▮▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮▮▮▮▮")
	decision, err := s.DecisionOfFlag(t.Context(), f.ID)
	must(t, err)
	equal(t, "the decision's words", models.TextOf(decision.Matched), "▮▮▮▮▮▮▮▮▮ ▮▮▮▮▮▮▮▮▮▮▮▮")
	must(t, s.Scrub(t.Context()))
	if n := traces(t, path); len(n) != 0 {
		t.Errorf("traces are left: %v", n)
	}
}
