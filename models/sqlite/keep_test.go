package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

const day = 24 * time.Hour

// clocks are the default ones.
var clocks = models.RetentionPolicy{Default: models.Retention{Sound: 14 * day, Words: 30 * day, Flags: 180 * day}}

// fillRoom stores a finished session in which one line in four is flagged, one clip in ten waits and one in ten failed.
func fillRoom(t testing.TB, s *sqlite.Store, id, room, word string, lines int) {
	t.Helper()
	_, err := s.StartSession(t.Context(), models.Session{ID: id, Room: room, Name: id, Started: start})
	must(t, err)
	must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "hosts"}}))
	rng := rand.New(rand.NewPCG(7, 8))
	for seq := 1; seq <= lines; seq++ {
		c := clip(id, 1, seq, bytes.Repeat([]byte(word), 1+rng.IntN(800)))
		c.SpeakerID, c.SpeakerName = word+"id", word
		must(t, s.PutClip(t.Context(), c))
		must(
			t,
			s.PutConsent(
				t.Context(),
				models.Consent{Session: id, SpeakerID: word + "id", SpeakerName: word, What: models.ConsentObjected, How: word, At: start},
			),
		)
		must(
			t,
			s.PutGap(
				t.Context(),
				models.Gap{Session: id, SpeakerID: word + "id", SpeakerName: word, StartMS: int64(seq), EndMS: int64(seq) + 9, Cause: models.GapLoss},
			),
		)
		if seq%10 == 0 {
			continue
		}
		u := utterance(c, strings.TrimSpace(strings.Repeat(word+" common ", 1+rng.IntN(40))), models.Word{Text: word, P: 0.5})
		if seq%10 == 1 {
			u.State, u.Text = models.UtteranceFailed, ""
		}
		var flags []models.Flag
		if seq%4 == 0 {
			flags = []models.Flag{flag(u, "r")}
			flags[0].Title, flags[0].Why = word, word
			d := models.Decision{
				ID: "d" + flags[0].ID, Session: id, Flag: flags[0].ID, SpeakerID: c.SpeakerID, SpeakerName: word,
				Matched: u.Words, Why: word, Created: u.Committed,
			}
			must(t, s.Put(t.Context(), models.Record{
				Session: id, Decisions: []models.Decision{d},
				Actions: []models.Action{
					{ID: "a" + d.ID, Session: id, Decision: d.ID, Verb: models.VerbMute, TargetID: c.SpeakerID, TargetName: word, Created: u.Committed},
					{ID: "t" + d.ID, Session: id, Decision: d.ID, Verb: models.VerbTell, Text: word, Created: u.Committed},
				},
				Ledger: []models.LedgerEntry{
					{ID: "l" + d.ID, Ledger: "conduct", Person: c.SpeakerID, Scope: room, Session: id, Points: 1, At: u.Committed},
				},
			}))
			must(t, s.Put(t.Context(), record(u, flags, &models.Evidence{
				Utterance: u.Key, StartMS: u.StartMS, EndMS: u.EndMS, Ogg: c.Opus, Expires: start.Add(365 * day),
			})))
		}
		must(t, s.Put(t.Context(), record(u, flags)))
	}
	must(t, s.PutSummary(t.Context(), models.Summary{Session: id, Kind: models.SummarySession, Headline: word, Created: start}))
	must(t, s.PutRestriction(t.Context(), models.Restriction{
		Room: room, Person: word + "id", Name: word, Verb: models.VerbMute, Action: "a", Session: id, By: "kim", Since: start,
	}))
	must(t, s.NamePerson(t.Context(), room, word+"id", word, "kim", start))
	must(t, s.EndSession(t.Context(), id, models.EndLeft, start.Add(time.Hour)))
}

// held counts the rows of each kind that a session has.
func held(t testing.TB, s *sqlite.Store, id string) string {
	t.Helper()
	us, err := s.Utterances(t.Context(), id)
	must(t, err)
	flags, err := s.Flags(t.Context(), id)
	must(t, err)
	people, err := s.Speakers(t.Context(), id)
	must(t, err)
	clips := 0
	for seq := 1; seq < 100; seq++ {
		if _, err := s.Clip(t.Context(), models.Key{Session: id, Epoch: 1, Track: "t1", Seq: seq}); err == nil {
			clips++
		}
	}
	sounds, err := s.SessionEvidence(t.Context(), id, start)
	must(t, err)
	clips += len(sounds)
	_, err = s.Session(t.Context(), id)
	return fmt.Sprintf("session %t lines %d flags %d clips %d people %d", err == nil, len(us), len(flags), clips, len(people))
}

func TestSweepKeepsToTheClocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	fillRoom(t, s, "secret", "r", marker, 40)
	fillRoom(t, s, "other", "slow", "plain", 40)
	policy := clocks
	policy.Rooms = map[string]models.Retention{"slow": {}} // for ever
	before := held(t, s, "other")
	for _, tt := range []struct {
		age  time.Duration
		want string
	}{
		{13 * day, "session true lines 36 flags 8 clips 16 people 1"},
		{15 * day, "session true lines 36 flags 8 clips 0 people 1"},
		{31 * day, "session true lines 0 flags 8 clips 0 people 1"}, // the flags still name somebody
		{179 * day, "session true lines 0 flags 8 clips 0 people 1"},
		{181 * day, "session false lines 0 flags 0 clips 0 people 0"},
	} {
		_, err := s.Sweep(t.Context(), start.Add(tt.age), policy)
		must(t, err)
		equal(t, fmt.Sprintf("after %v", tt.age), held(t, s, "secret"), tt.want)
		if _, err := s.Summary(t.Context(), "secret", models.SummarySession); (err == nil) != (tt.age < 30*day) {
			t.Errorf("after %v: the summary: %v", tt.age, err)
		}
	}
	equal(t, "the room without clocks", held(t, s, "other"), before)
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Check(t.Context()))
	all, err := s.Removals(t.Context())
	must(t, err)
	var what []string
	for _, r := range all {
		equal(t, "target", r.Target, "secret")
		what = append(what, fmt.Sprintf("%s %d", r.What, r.Rows))
	}
	equal(
		t, "removals", what,
		[]string{
			"sound 8", "evidence 8", "words 36", "gaps 44", "flags 8", "notices 8", "actions 16", "decisions 8", "consent 40", "strikes 8",
			"remains 2",
		},
	)
	stale, err := s.StaleFiles(t.Context())
	must(t, err)
	equal(t, "sessions whose files are to go", stale, []string{"secret"})
	if swept, err := s.Sweep(t.Context(), start.Add(182*day), policy); err != nil || !swept.Nothing() {
		t.Errorf("a second sweep removed %+v, %v", swept, err)
	}
}

// Sound that was never decoded leaves a gap, so that a reviewer sees that somebody spoke.
func TestSweptSoundLeavesAGap(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	must(t, s.PutClip(t.Context(), clip("s1", 1, 3, []byte("sound"))))
	_, err := s.Sweep(t.Context(), start.Add(15*day), clocks)
	must(t, err)
	gaps, err := s.Gaps(t.Context(), "s1")
	must(t, err)
	equal(t, "gaps", gaps, []models.Gap{{
		Session: "s1", SpeakerID: "ana", SpeakerName: "Ana", StartMS: 3000, EndMS: 3900, LostMS: 900, Cause: models.GapOverload,
	}})
}

// A session that goes on for weeks loses its old lines and goes on.
func TestSweepOfALiveSession(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	commitText(t, s, "s1", 1, "an old line")
	late := utterance(clip("s1", 1, int(40*day/time.Second), nil), "a new line")
	must(t, s.Put(t.Context(), record(late, nil)))
	swept, err := s.Sweep(t.Context(), start.Add(41*day), clocks)
	must(t, err)
	equal(t, "swept", swept, models.Swept{Utterances: 1})
	us, err := s.Utterances(t.Context(), "s1")
	must(t, err)
	if len(us) != 1 || us[0].Text != "a new line" {
		t.Errorf("%d lines are left", len(us))
	}
}

func TestErase(t *testing.T) {
	for _, tt := range []struct {
		e    models.Erasure
		left string
	}{
		{models.Erasure{Kind: models.EraseSession, Target: "secret", By: "host"}, "session false"},
		{models.Erasure{Kind: models.EraseRoom, Target: "hidden", By: "host"}, "session false"},
		{models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "host"}, "session true"},
		{models.Erasure{Kind: models.ErasePerson, Target: marker + "id", Room: "hidden", By: "host"}, "session true"},
	} {
		t.Run(string(tt.e.Kind)+tt.e.Room, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "earshot.db")
			s := openAt(t, path)
			fillRoom(t, s, "secret", "hidden", marker, 60)
			fillRoom(t, s, "kept", "r", "plain", 60)
			before := held(t, s, "kept")
			wantErr(t, "what is not there", s.Erase(t.Context(), models.Erasure{Kind: tt.e.Kind, Target: "nobody"}), models.ErrNotFound)
			if len(traces(t, path)) == 0 {
				t.Fatal("the marker cannot be found before: the test would prove nothing")
			}
			must(t, s.Erase(t.Context(), tt.e))
			equal(t, "traces", traces(t, path), map[string]int{})
			equal(t, "left", held(t, s, "secret"), tt.left+" lines 0 flags 0 clips 0 people 0")
			equal(t, "the other session", held(t, s, "kept"), before)
			must(t, s.Check(t.Context()))
			all, err := s.Removals(t.Context())
			must(t, err)
			stale, err := s.StaleFiles(t.Context())
			must(t, err)
			equal(t, "sessions whose files are to go", stale, []string{"secret"})
			must(t, s.FilesRemoved(t.Context(), "secret"))
			if stale, err = s.StaleFiles(t.Context()); len(stale) > 0 || err != nil {
				t.Errorf("still to go: %v, %v", stale, err)
			}
			if len(all) != 1 || all[0].By != "host" || all[0].What != string(tt.e.Kind) || all[0].Rows == 0 {
				t.Errorf("removals %+v", all)
			}
		})
	}
}

func TestEraseIsStrict(t *testing.T) {
	s := open(t)
	for _, e := range []models.Erasure{{}, {Kind: "all", Target: "x"}, {Kind: models.EraseSession}} {
		wantErr(t, fmt.Sprint(e), s.Erase(t.Context(), e), models.ErrInvalid)
	}
}

// Another process may ask the one that writes.
func TestRequestErasure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	fillRoom(t, s, "secret", "r", marker, 30)
	e := models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "host"}
	_, err := sqlite.RequestErasure(t.Context(), path, models.Erasure{Kind: models.ErasePerson, Target: "nobody"})
	wantErr(t, "nobody", err, models.ErrNotFound)
	id, err := sqlite.RequestErasure(t.Context(), path, e)
	must(t, err)
	reader, err := sqlite.OpenReadOnly(t.Context(), path)
	must(t, err)
	defer reader.Close()
	if done, err := reader.ErasureDone(t.Context(), id); done || err != nil {
		t.Errorf("done before it was begun: %v", err)
	}
	if n, err := s.Erasing(t.Context()); n != 1 || err != nil {
		t.Errorf("%d erasures, %v", n, err)
	}
	if done, err := reader.ErasureDone(t.Context(), id); done || err != nil {
		t.Errorf("done although the session's files are there: %v", err)
	}
	must(t, s.FilesRemoved(t.Context(), "secret"))
	if done, err := reader.ErasureDone(t.Context(), id); !done || err != nil {
		t.Errorf("not done: %v", err)
	}
	equal(t, "traces", traces(t, path), map[string]int{})
}

func TestFindPeople(t *testing.T) {
	s := open(t)
	fillRoom(t, s, "a", "r1", "ana", 12)
	fillRoom(t, s, "b", "r2", "ana", 12)
	must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "b", ID: "ana2", Name: "ANA"}))
	for word, want := range map[string][]string{"anaid": {"anaid"}, "Ana": {"ana2", "anaid"}, "an": nil} {
		people, err := s.FindPeople(t.Context(), word)
		must(t, err)
		var ids []string
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%q: %v, want %v", word, ids, want)
		}
	}
	r, err := s.PersonRecord(t.Context(), "anaid", "")
	must(t, err)
	equal(t, "in all rooms", []int{
		len(r.Sessions), len(r.Utterances), len(r.Flags), len(r.Gaps), len(r.Decisions), len(r.Actions), len(r.Strikes),
	}, []int{2, 22, 6, 24, 6, 6, 6})
	r, err = s.PersonRecord(t.Context(), "anaid", "r2")
	must(t, err)
	equal(
		t, "in one room", []int{len(r.Sessions), len(r.Utterances), r.Sessions[0].Lines, r.Sessions[0].Flags, r.Sessions[0].Clips},
		[]int{1, 11, 9, 3, 6},
	)
	_, err = s.PersonRecord(t.Context(), "nobody", "")
	wantErr(t, "nobody", err, models.ErrNotFound)
}

func TestRemovalsAreAChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	if last, err := s.CheckRemovals(t.Context()); last != "" || err != nil {
		t.Errorf("an empty chain: %q, %v", last, err)
	}
	for _, id := range []string{"a", "b", "c"} {
		startSession(t, s, id)
		must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: id, By: "host"}))
	}
	last, err := s.CheckRemovals(t.Context())
	must(t, err)
	equal(t, "length of the hash", len(last), 64)
	for _, change := range []string{"UPDATE removals SET by = 'nobody' WHERE id = 2", "DELETE FROM removals WHERE id = 1"} {
		s.Exec(t, change)
		_, err := s.CheckRemovals(t.Context())
		wantErr(t, change, err, store.ErrCorrupt)
	}
}
