package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
)

func TestEvidenceIsStoredWithItsFlag(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	u := utterance(clip("s1", 1, 1, nil), "buy my coin", models.Word{Text: "buy", P: 1})
	f := flag(u, "scam")
	e := models.Evidence{Utterance: u.Key, StartMS: 900, EndMS: 2000, Peaks: []byte{1, 2}, Ogg: []byte("OggS"), Expires: start.Add(time.Hour)}
	for name, bad := range map[string]struct {
		flags []models.Flag
		e     models.Evidence
	}{
		"no flag":    {nil, e},
		"other line": {[]models.Flag{f}, models.Evidence{Utterance: clip("s1", 1, 2, nil).Key, Ogg: e.Ogg}},
		"no sound":   {[]models.Flag{f}, models.Evidence{Utterance: u.Key}},
	} {
		if err := s.Put(t.Context(), record(u, bad.flags, &bad.e)); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 { // the second changes nothing
		must(t, s.Put(t.Context(), record(u, []models.Flag{f}, &e)))
	}
	got, err := s.Evidence(t.Context(), models.EvidenceID(u.Key), start)
	must(t, err)
	e.ID = models.EvidenceID(u.Key)
	equal(t, "evidence", got, e)
	e.Ogg = nil
	all, err := s.SessionEvidence(t.Context(), "s1", start)
	must(t, err)
	equal(t, "list", all, []models.Evidence{e})
	if _, err := s.Evidence(t.Context(), e.ID, start.Add(time.Hour)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("expired: %v", err)
	}
}

func TestExpiredEvidenceLeavesNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	startSession(t, s, "s1")
	for seq := 1; seq <= 60; seq++ {
		u := utterance(clip("s1", 1, seq, nil), "plain")
		sound := bytes.Repeat([]byte(marker), 200*seq)
		e := models.Evidence{Utterance: u.Key, Ogg: sound, Expires: start.Add(time.Duration(seq) * time.Minute)}
		if seq > 50 {
			e.Ogg = bytes.Repeat([]byte("kept"), 100*seq)
		}
		must(t, s.Put(t.Context(), record(u, []models.Flag{flag(u, "r")}, &e)))
	}
	if len(traces(t, path)) == 0 {
		t.Fatal("the marker cannot be found before: the test would prove nothing")
	}
	n, err := s.ExpireEvidence(t.Context(), start.Add(50*time.Minute))
	must(t, err)
	equal(t, "expired", n, 50)
	equal(t, "traces", traces(t, path), map[string]int{})
	left, err := s.SessionEvidence(t.Context(), "s1", start)
	must(t, err)
	equal(t, "left", len(left), 10)
	must(t, s.Check(t.Context()))
	if n, err = s.ExpireEvidence(t.Context(), start); n != 0 || err != nil {
		t.Errorf("nothing to do: %d, %v", n, err)
	}
	must(t, s.Erase(context.WithoutCancel(t.Context()), models.Erasure{Kind: models.EraseSession, Target: "s1"}))
}

func TestFindFlags(t *testing.T) {
	s := open(t)
	for i, id := range []string{"s1", "s2"} {
		_, err := s.StartSession(
			t.Context(), models.Session{ID: id, Room: "room" + id, Name: id, Started: start.Add(time.Duration(i) * time.Hour)},
		)
		must(t, err)
		commitText(t, s, id, 1, "first", "a")
		commitText(t, s, id, 2, "second", "a", "b")
	}
	ids := func(q models.FlagQuery) (out []string) {
		t.Helper()
		found, err := s.FindFlags(t.Context(), q)
		must(t, err)
		for _, p := range found {
			if p.Session.ID != p.Flag.Session || p.Utterance.Key != p.Flag.Utterance {
				t.Errorf("flag %s stands in %s, line %s", p.Flag.ID, p.Session.ID, p.Utterance.Key)
			}
			out = append(out, p.Flag.ID)
		}
		return out
	}
	all := ids(models.FlagQuery{Status: models.FlagOpen, Oldest: true})
	equal(t, "all", len(all), 6)
	equal(t, "limit", ids(models.FlagQuery{Oldest: true, Limit: 2}), all[:2])
	equal(t, "rule", len(ids(models.FlagQuery{Rule: "b"})), 2)
	equal(t, "room", len(ids(models.FlagQuery{Room: "rooms2"})), 3)
	for i, id := range all[:2] {
		_, err := s.SetFlagStatus(t.Context(), id, models.FlagDismissed, "kim", start.Add(time.Duration(i)*time.Minute))
		must(t, err)
	}
	equal(t, "decided", ids(models.FlagQuery{Decided: true}), []string{all[1], all[0]})
	equal(t, "open", ids(models.FlagQuery{Status: models.FlagOpen, Oldest: true}), all[2:])
	_, err := s.SetFlagStatus(t.Context(), all[1], models.FlagOpen, "lee", start.Add(time.Hour))
	must(t, err)
	trail, err := s.Audit(t.Context(), 10)
	must(t, err)
	equal(t, "audit", len(trail), 3)
	session := trail[0].Session
	equal(t, "last", trail[0], models.AuditEntry{At: start.Add(time.Hour), By: "lee", What: "flag open", Target: all[1], Session: session})
	rules, err := s.Rules(t.Context(), models.RoomSet{})
	must(t, err)
	for _, r := range rules {
		if r.Rule == "a" && (r.Flags != 4 || r.Open+r.Dismissed != 4 || r.Confirmed != 0) || r.Rule == "b" && r.Flags != 2 {
			t.Errorf("%+v", r)
		}
	}
	equal(t, "rules", len(rules), 2)
}

func TestFlagPlaceKnowsWhatCameOfIt(t *testing.T) {
	s := open(t)
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r", Started: start})
	must(t, err)
	u := commitText(t, s, "s1", 1, "first", "a")
	id := flag(u, "a").ID
	p, err := s.FlagPlace(t.Context(), id)
	must(t, err)
	if p.Decision != nil || p.Actions != nil {
		t.Errorf("before anything came of it: %+v", p)
	}
	d := models.Decision{
		ID: "d1", Session: "s1", Flag: id, Ask: models.AskOpen, Offer: []string{"warn"}, Created: start,
		Expires: start.Add(time.Minute),
	}
	a := models.Action{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbWarn, State: models.ActionSeen, Created: start}
	other := models.Action{ID: "a2", Session: "s1", Verb: models.VerbMute, Created: start}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Decisions: []models.Decision{d}, Actions: []models.Action{a, other}}))
	p, err = s.FlagPlace(t.Context(), id)
	must(t, err)
	equal(t, "decision", *p.Decision, d)
	equal(t, "actions", p.Actions, []models.Action{a})
	strike := models.LedgerEntry{
		ID: "l1", Session: "s1", Ledger: "conduct", Person: u.SpeakerID, Scope: "r", Flag: id, Points: 2, By: "rule", At: start,
	}
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Ledger: []models.LedgerEntry{strike}}))
	got, err := s.Strikes(t.Context(), "r", u.SpeakerID)
	must(t, err)
	equal(t, "strikes", got, []models.LedgerEntry{strike})
	got, err = s.Strikes(t.Context(), "another", u.SpeakerID)
	must(t, err)
	equal(t, "strikes elsewhere", len(got), 0)
}
