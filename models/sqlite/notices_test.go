package sqlite_test

import (
	"testing"
	"time"

	"earshot/models"
)

func TestNotices(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1") // room open-mic
	must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{
		{Name: "all", Level: models.LevelInfo},
		{Name: "mic", Level: models.LevelHigh, Rooms: []string{"book", "open-mic"}},
		{Name: "other", Level: models.LevelInfo, Rooms: []string{"mic"}},
		{Name: "grave", Level: models.LevelHigh},
	}))
	flags := func(seq int, level models.Level, mode models.Mode) {
		u := utterance(clip("s1", 1, seq, nil), "words")
		f := flag(u, "r")
		f.Level, f.Mode = level, mode
		must(t, s.Put(t.Context(), record(u, []models.Flag{f})))
		must(t, s.Put(t.Context(), record(u, []models.Flag{f}))) // a repeated commit tells nobody twice
	}
	waiting := func(want map[string]int) {
		t.Helper()
		states, err := s.NoticeTargets(t.Context())
		must(t, err)
		got := map[string]int{}
		for _, x := range states {
			got[x.Name] = x.Waiting
		}
		equal(t, "waiting", got, want)
	}
	flags(1, models.LevelHigh, models.ModeWatch)
	waiting(map[string]int{"all": 0, "mic": 0, "other": 0, "grave": 0})
	flags(2, models.LevelMedium, models.ModeSuggest)
	waiting(map[string]int{"all": 1, "mic": 0, "other": 0, "grave": 0})
	flags(3, models.LevelHigh, models.ModeAct)
	waiting(map[string]int{"all": 2, "mic": 1, "other": 0, "grave": 1})

	n, err := s.NextNotice(t.Context(), "all")
	must(t, err)
	if n.Flag != "s1/1/t1/2:r" || n.Session != "s1" || len(n.ID) != 36 || n.State != models.NoticeWaiting {
		t.Errorf("notice %+v", n)
	}
	n.Due, n.Attempts, n.Error = n.Due.Add(time.Hour), 1, "refused"
	must(t, s.SetNotice(t.Context(), n))
	next, err := s.NextNotice(t.Context(), "all")
	must(t, err)
	equal(t, "the other one is due first", next.Flag, "s1/1/t1/3:r")
	next.State, next.Attempts = models.NoticeSent, 1
	must(t, s.SetNotice(t.Context(), next))
	next, err = s.NextNotice(t.Context(), "all")
	must(t, err)
	equal(t, "then the one that failed", next, n)

	must(t, s.DisableTarget(t.Context(), "all", "gone"))
	_, err = s.NextNotice(t.Context(), "all")
	wantErr(t, "of a disabled target", err, models.ErrNotFound)
	flags(4, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 0, "mic": 2, "other": 0, "grave": 2})
	// The same address stays disabled, a new one is tried; a target that is left out is forgotten.
	must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "all"}}))
	flags(5, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 0})
	must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "all", Mark: "new"}}))
	flags(6, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 1})

	for range 2 {
		must(t, s.Tell(t.Context(), "hand", "s1", "s1/1/t1/1:r", "all"))
	}
	waiting(map[string]int{"all": 2})
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	waiting(map[string]int{"all": 0})
	wantErr(t, "of no session", s.Tell(t.Context(), "x", "s1", "s1/1/t1/1:r", "all"), models.ErrNotFound)
}

// TestRoomNotices: every target of the room is told, whatever level of flags it wants, and a person's erasure takes what
// waits about them along.
func TestRoomNotices(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1") // room open-mic
	must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: "ana", Name: "Ana"}))
	must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{
		{Name: "here", Level: models.LevelHigh, Rooms: []string{"open-mic"}}, {Name: "elsewhere", Rooms: []string{"book"}}, {Name: "gone"},
	}))
	must(t, s.DisableTarget(t.Context(), "gone", "410"))
	must(t, s.PutRoomNotice(t.Context(), "s1", models.NoticeDeaf, "ana"))
	n, err := s.NextNotice(t.Context(), "here")
	must(t, err)
	if n.Kind != models.NoticeDeaf || n.Flag != "ana" || n.Session != "s1" {
		t.Errorf("notice %+v", n)
	}
	for _, name := range []string{"elsewhere", "gone"} {
		_, err := s.NextNotice(t.Context(), name)
		wantErr(t, name, err, models.ErrNotFound)
	}
	must(t, s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "kim"}))
	_, err = s.NextNotice(t.Context(), "here")
	wantErr(t, "after the erasure", err, models.ErrNotFound)
	wantErr(t, "of no session", s.PutRoomNotice(t.Context(), "none", models.NoticeDeaf, "x"), models.ErrNotFound)
}

// TestDigest counts by room what happened in sessions that touch the time, and remembers up to when a target was told.
func TestDigest(t *testing.T) {
	s := open(t)
	fillRoom(t, s, "a1", "a", "plain", 20)
	fillRoom(t, s, "a2", "a", "plain", 20)
	fillRoom(t, s, "b1", "b", "plain", 20)
	found, err := s.Digest(t.Context(), start.Add(-time.Hour), start.Add(time.Minute))
	must(t, err)
	want := []models.RoomDigest{
		{Room: "a", Name: "a2", Sessions: 2, Lines: 32, High: 8, Open: 8},
		{Room: "b", Name: "b1", Sessions: 1, Lines: 16, High: 4, Open: 4},
	}
	equal(t, "digest", found, want)
	for name, at := range map[string]time.Time{"before": start.Add(-time.Hour), "after": start.Add(2 * time.Hour)} {
		if found, err := s.Digest(t.Context(), at, at.Add(time.Minute)); err != nil || len(found) != 0 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.IsZero() {
		t.Errorf("never sent: %v, %v", until, err)
	}
	must(t, s.SetDigestUntil(t.Context(), "morning", start))
	if until, err := s.DigestUntil(t.Context(), "morning"); err != nil || !until.Equal(start) {
		t.Errorf("sent: %v, %v", until, err)
	}
}
