package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// openFlags are the flags that wait for a person, oldest first.
func openFlags(ctx context.Context, s store.Store) (all []models.Flag, err error) {
	found, err := s.FindFlags(ctx, models.FlagQuery{Status: models.FlagOpen, Oldest: true})
	for _, p := range found {
		all = append(all, p.Flag)
	}
	return all, err
}

func testFlags(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	u := Line(Clip("s1", 1, 1, nil), "one")
	f1, f2 := Flag(u, "a"), Flag(u, "b")
	f2.Status = ""
	Must(t, s.Put(ctx, Record(u, []models.Flag{f1, f2})))
	f2.Status = models.FlagOpen
	open, err := openFlags(ctx, s)
	Must(t, err)
	Equal(t, "open", open, []models.Flag{f1, f2})
	got, err := s.SetFlagStatus(ctx, f1.ID, models.FlagConfirmed, "host-1", Start.Add(time.Minute))
	Must(t, err)
	f1.Status, f1.DecidedBy, f1.Decided = models.FlagConfirmed, "host-1", Start.Add(time.Minute)
	Equal(t, "confirmed", got, f1)
	open, err = openFlags(ctx, s)
	Must(t, err)
	Equal(t, "open after confirming", open, []models.Flag{f2})
	got, err = s.SetFlagStatus(ctx, f1.ID, models.FlagConfirmed, "host-2", Start.Add(time.Hour))
	Must(t, err)
	Equal(t, "confirmed by another, too", got, f1)
	got, err = s.SetFlagStatus(ctx, f1.ID, models.FlagDismissed, "host-2", Start)
	WantErr(t, "contrary", err, models.ErrConflict)
	Equal(t, "contrary", got, f1)
	got, err = s.SetFlagStatus(ctx, f1.ID, models.FlagOpen, "host-1", Start)
	Must(t, err)
	f1.Status, f1.DecidedBy, f1.Decided = models.FlagOpen, "", time.Time{}
	Equal(t, "taken back", got, f1)
	_, err = s.SetFlagStatus(ctx, f1.ID, "maybe", "host-1", Start)
	WantErr(t, "unknown status", err, models.ErrInvalid)
	got, err = s.Flag(ctx, f1.ID)
	Must(t, err)
	Equal(t, "read back", got, f1)
	flagsTogether(t, s, f1, f2)
}

// flagsTogether: a decision on several flags is stored for all or for none.
func flagsTogether(t *testing.T, s suite, f1, f2 models.Flag) {
	ctx, ids := t.Context(), []string{f1.ID, f2.ID}
	_, err := s.SetFlagStatus(ctx, f2.ID, models.FlagDismissed, "host-2", Start.Add(time.Minute))
	Must(t, err)
	got, err := s.SetFlagStatuses(ctx, ids, models.FlagConfirmed, "host-1", Start.Add(2*time.Minute))
	WantErr(t, "one is decided otherwise", err, models.ErrConflict)
	if len(got) != 1 || got[0].ID != f2.ID || got[0].DecidedBy != "host-2" {
		t.Errorf("in the way are %+v", got)
	}
	open, err := s.Flag(ctx, f1.ID)
	Must(t, err)
	Equal(t, "the other one", open, f1)
	_, err = s.SetFlagStatuses(ctx, []string{f1.ID, "none"}, models.FlagConfirmed, "host-1", Start)
	WantErr(t, "one is not there", err, models.ErrNotFound)
	for _, status := range []models.FlagStatus{models.FlagOpen, models.FlagConfirmed} {
		got, err = s.SetFlagStatuses(ctx, ids, status, "host-1", Start.Add(3*time.Minute))
		Must(t, err)
		if len(got) != 2 || got[0].ID != ids[0] || got[1].ID != ids[1] || got[0].Status != status || got[1].Status != status {
			t.Errorf("together %s: %+v", status, got)
		}
	}
}

// testAround: the lines around one are those of its session that have words, in the order in which they began.
func testAround(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	StartSession(t, s, "s2")
	ctx := t.Context()
	for i, text := range []string{"one", "two", "", "four", "five", "six"} {
		Must(t, s.Put(ctx, Record(Line(Clip("s1", 1, i+1, nil), text), nil)))
	}
	Must(t, s.Put(ctx, Record(Line(Clip("s2", 1, 1, nil), "elsewhere"), nil)))
	missing := Line(Clip("s1", 1, 99, nil), "").Key
	other := Line(Clip("s2", 1, 1, nil), "").Key
	for _, tt := range []struct {
		before, after int
		want          map[int][]string // by the number of the line
	}{
		{2, 1, map[int][]string{4: {"one", "two", "five"}, 1: {"two"}, 6: {"four", "five"}}},
		{1, 0, map[int][]string{5: {"four"}}},
	} {
		keys := []models.Key{missing, other}
		for seq := range tt.want {
			keys = append(keys, Line(Clip("s1", 1, seq, nil), "").Key)
		}
		found, err := s.LinesAround(ctx, keys, tt.before, tt.after)
		Must(t, err)
		got := map[int][]string{}
		for k, lines := range found {
			for _, u := range lines {
				got[k.Seq] = append(got[k.Seq], u.Text)
			}
		}
		Equal(t, fmt.Sprint(tt.before, " before and ", tt.after, " after"), got, tt.want)
	}
	many := make([]models.Key, 0, 250)
	for i := range cap(many) {
		many = append(many, Line(Clip("s1", 1, i+1, nil), "").Key)
	}
	found, err := s.LinesAround(ctx, many, 2, 1)
	Must(t, err)
	Equal(t, "of many lines, those that are stored", len(found), 6)
}

// testTonight counts what somebody did in a room since a given time, and not what others did or what happened elsewhere.
func testTonight(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	u := Line(Clip("s1", 1, 1, nil), "one")
	f1, f2 := Flag(u, "a"), Flag(u, "b")
	r := Record(u, []models.Flag{f1, f2})
	r.Decisions = []models.Decision{
		{ID: "d1", Session: "s1", Flag: f1.ID, SpeakerID: u.SpeakerID, Verdict: models.VerdictAsked, Ask: models.AskOpen, Created: Start},
		{ID: "d2", Session: "s1", Flag: f2.ID, SpeakerID: u.SpeakerID, Verdict: models.VerdictEnforced, Created: Start},
	}
	r.Actions = []models.Action{
		{ID: "a1", Session: "s1", Decision: "d2", Verb: models.VerbMute, TargetID: u.SpeakerID, State: models.ActionSeen, Created: Start},
		{ID: "a2", Session: "s1", Decision: "d2", Verb: models.VerbMute, TargetID: "else", State: models.ActionSeen, Created: Start},
		{ID: "a3", Session: "s1", Decision: "d2", Verb: models.VerbWarn, TargetID: u.SpeakerID, State: models.ActionFailed, Created: Start},
	}
	Must(t, s.Put(ctx, r))
	_, err := s.SetFlagStatus(ctx, f1.ID, models.FlagConfirmed, "host", Start)
	Must(t, err)
	info, err := s.Session(ctx, "s1")
	Must(t, err)
	since := f1.Created.Add(-time.Hour)
	who := models.Identity{Room: info.Room, SpeakerID: u.SpeakerID}
	nobody, attic := models.Identity{Room: info.Room, SpeakerID: "nobody"}, models.Identity{Room: "attic", SpeakerID: u.SpeakerID}
	did := models.Tally{Flags: 2, Confirmed: 1, Asks: 1, Actions: 1}
	for name, tt := range map[string]struct {
		since time.Time
		want  map[models.Identity]models.Tally
	}{
		"tonight": {since, map[models.Identity]models.Tally{who: did, nobody: {}, attic: {}}},
		"later":   {Start.Add(100 * time.Hour), map[models.Identity]models.Tally{who: {}, nobody: {}, attic: {}}},
	} {
		got, err := s.Tonight(ctx, []models.Identity{who, nobody, attic}, tt.since)
		Must(t, err)
		Equal(t, name, got, tt.want)
	}
}

func testForeignFlags(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	c := Clip("s1", 1, 1, []byte("sound"))
	Must(t, s.PutClip(t.Context(), c))
	u := Line(c, "one")
	f := Flag(u, "a")
	f.Utterance.Seq = 9
	WantErr(t, "flag of another line", s.Put(t.Context(), Record(u, []models.Flag{f})), models.ErrInvalid)
	Equal(t, "still pending", len(Pending(t, s)), 1)
}

func testEvidenceIsStoredWithItsFlag(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	u := Line(Clip("s1", 1, 1, nil), "buy my coin", models.Word{Text: "buy", P: 1})
	f := Flag(u, "scam")
	e := models.Evidence{Utterance: u.Key, StartMS: 900, EndMS: 2000, Peaks: []byte{1, 2}, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)}
	for name, bad := range map[string]struct {
		flags []models.Flag
		e     models.Evidence
	}{
		"no flag":    {nil, e},
		"other line": {[]models.Flag{f}, models.Evidence{Utterance: Clip("s1", 1, 2, nil).Key, Ogg: e.Ogg}},
		"no sound":   {[]models.Flag{f}, models.Evidence{Utterance: u.Key}},
	} {
		if err := s.Put(t.Context(), Record(u, bad.flags, &bad.e)); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 { // the second changes nothing
		Must(t, s.Put(t.Context(), Record(u, []models.Flag{f}, &e)))
	}
	got, err := s.Evidence(t.Context(), models.EvidenceID(u.Key), Start)
	Must(t, err)
	e.ID = models.EvidenceID(u.Key)
	Equal(t, "evidence", got, e)
	e.Ogg = nil
	all, err := s.SessionEvidence(t.Context(), "s1", Start)
	Must(t, err)
	Equal(t, "list", all, []models.Evidence{e})
	if _, err := s.Evidence(t.Context(), e.ID, Start.Add(time.Hour)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("expired: %v", err)
	}
}

func testFindFlags(t *testing.T, s suite) {
	for i, id := range []string{"s1", "s2"} {
		_, err := s.StartSession(
			t.Context(), models.Session{ID: id, Room: "room" + id, Name: id, Started: Start.Add(time.Duration(i) * time.Hour)},
		)
		Must(t, err)
		PutLine(t, s, id, 1, "first", "a")
		PutLine(t, s, id, 2, "second", "a", "b")
	}
	ids := func(q models.FlagQuery) (out []string) {
		t.Helper()
		found, err := s.FindFlags(t.Context(), q)
		Must(t, err)
		for _, p := range found {
			if p.Session.ID != p.Flag.Session || p.Utterance.Key != p.Flag.Utterance {
				t.Errorf("flag %s stands in %s, line %s", p.Flag.ID, p.Session.ID, p.Utterance.Key)
			}
			out = append(out, p.Flag.ID)
		}
		return out
	}
	all := ids(models.FlagQuery{Status: models.FlagOpen, Oldest: true})
	Equal(t, "all", len(all), 6)
	Equal(t, "limit", ids(models.FlagQuery{Oldest: true, Limit: 2}), all[:2])
	Equal(t, "rule", len(ids(models.FlagQuery{Rule: "b"})), 2)
	Equal(t, "room", len(ids(models.FlagQuery{Room: "rooms2"})), 3)
	Equal(t, "session", len(ids(models.FlagQuery{Session: "s1", Rule: "a"})), 2)
	for i, id := range all[:2] {
		_, err := s.SetFlagStatus(t.Context(), id, models.FlagDismissed, "kim", Start.Add(time.Duration(i)*time.Minute))
		Must(t, err)
	}
	Equal(t, "decided", ids(models.FlagQuery{Decided: true}), []string{all[1], all[0]})
	Equal(t, "open", ids(models.FlagQuery{Status: models.FlagOpen, Oldest: true}), all[2:])
	_, err := s.SetFlagStatus(t.Context(), all[1], models.FlagOpen, "lee", Start.Add(time.Hour))
	Must(t, err)
	trail, err := s.Audit(t.Context(), 10)
	Must(t, err)
	Equal(t, "audit", len(trail), 3)
	session := trail[0].Session
	Equal(t, "last", trail[0], models.AuditEntry{At: Start.Add(time.Hour), By: "lee", What: "flag open", Target: all[1], Session: session})
	rules, err := s.Rules(t.Context(), models.RoomSet{})
	Must(t, err)
	for _, r := range rules {
		if r.Rule == "a" && (r.Flags != 4 || r.Open+r.Dismissed != 4 || r.Confirmed != 0) || r.Rule == "b" && r.Flags != 2 {
			t.Errorf("%+v", r)
		}
	}
	Equal(t, "rules", len(rules), 2)
	open, err := s.OpenFlags(t.Context(), models.RoomSet{})
	Must(t, err)
	Equal(t, "open flags", open, len(all)-1)
}

func testFlagPlaceKnowsWhatCameOfIt(t *testing.T, s suite) {
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r", Started: Start})
	Must(t, err)
	u := PutLine(t, s, "s1", 1, "first", "a")
	id := Flag(u, "a").ID
	p, err := s.FlagPlace(t.Context(), id)
	Must(t, err)
	if p.Decision != nil || p.Actions != nil {
		t.Errorf("before anything came of it: %+v", p)
	}
	d := models.Decision{
		ID: "d1", Session: "s1", Flag: id, Ask: models.AskOpen, Offer: []string{"warn"}, Created: Start,
		Expires: Start.Add(time.Minute),
	}
	a := models.Action{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbWarn, State: models.ActionSeen, Created: Start}
	other := models.Action{ID: "a2", Session: "s1", Verb: models.VerbMute, Created: Start}
	Must(t, s.Put(t.Context(), models.Record{Session: "s1", Decisions: []models.Decision{d}, Actions: []models.Action{a, other}}))
	p, err = s.FlagPlace(t.Context(), id)
	Must(t, err)
	Equal(t, "decision", *p.Decision, d)
	Equal(t, "actions", p.Actions, []models.Action{a})
	strike := models.LedgerEntry{
		ID: "l1", Session: "s1", Ledger: "conduct", Person: u.SpeakerID, Scope: "r", Flag: id, Points: 2, By: "rule", At: Start,
	}
	Must(t, s.Put(t.Context(), models.Record{Session: "s1", Ledger: []models.LedgerEntry{strike}}))
	got, err := s.Strikes(t.Context(), "r", u.SpeakerID)
	Must(t, err)
	Equal(t, "strikes", got, []models.LedgerEntry{strike})
	got, err = s.Strikes(t.Context(), "another", u.SpeakerID)
	Must(t, err)
	Equal(t, "strikes elsewhere", len(got), 0)
}

// testReplaceEvidence: the audio of a line is replaced if it is still kept, and does not come back if it was removed.
func testReplaceEvidence(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	u := Line(Clip("s1", 1, 1, nil), "buy my coin")
	e := models.Evidence{Utterance: u.Key, StartMS: 900, EndMS: 2000, Peaks: []byte{1}, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)}
	WantErr(t, "before the line", s.ReplaceEvidence(t.Context(), e), models.ErrNotFound)
	Must(t, s.Put(t.Context(), Record(u, []models.Flag{Flag(u, "scam")}, &e)))
	e.StartMS, e.EndMS, e.Ogg, e.Peaks = 0, 5000, []byte("OggS and more"), []byte{1, 2}
	Must(t, s.ReplaceEvidence(t.Context(), e))
	got, err := s.Evidence(t.Context(), models.EvidenceID(u.Key), Start)
	Must(t, err)
	e.ID = models.EvidenceID(u.Key)
	Equal(t, "evidence", got, e)
	_, err = s.ExpireEvidence(t.Context(), Start.Add(2*time.Hour))
	Must(t, err)
	WantErr(t, "after it expired", s.ReplaceEvidence(t.Context(), e), models.ErrNotFound)
}
