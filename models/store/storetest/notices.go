package storetest

import (
	"testing"
	"time"

	"earshot/models"
)

func testNotices(t *testing.T, s suite) {
	StartSession(t, s, "s1") // room open-mic
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{
		{Name: "all", Level: models.LevelInfo},
		{Name: "mic", Level: models.LevelHigh, Rooms: []string{"book", "open-mic"}},
		{Name: "other", Level: models.LevelInfo, Rooms: []string{"mic"}},
		{Name: "grave", Level: models.LevelHigh},
	}))
	flags := func(seq int, level models.Level, mode models.Mode) {
		u := Line(Clip("s1", 1, seq, nil), "words")
		f := Flag(u, "r")
		f.Level, f.Mode = level, mode
		Must(t, s.Put(t.Context(), Record(u, []models.Flag{f})))
		Must(t, s.Put(t.Context(), Record(u, []models.Flag{f}))) // a repeated commit tells nobody twice
	}
	waiting := func(want map[string]int) {
		t.Helper()
		states, err := s.NoticeTargets(t.Context())
		Must(t, err)
		got := map[string]int{}
		for _, x := range states {
			got[x.Name] = x.Waiting
		}
		Equal(t, "waiting", got, want)
	}
	flags(1, models.LevelHigh, models.ModeWatch)
	waiting(map[string]int{"all": 0, "mic": 0, "other": 0, "grave": 0})
	flags(2, models.LevelMedium, models.ModeSuggest)
	waiting(map[string]int{"all": 1, "mic": 0, "other": 0, "grave": 0})
	flags(3, models.LevelHigh, models.ModeAct)
	waiting(map[string]int{"all": 2, "mic": 1, "other": 0, "grave": 1})

	n, err := s.NextNotice(t.Context(), "all")
	Must(t, err)
	if n.Flag != "s1/1/t1/2:r" || n.Session != "s1" || len(n.ID) != 36 || n.State != models.NoticeWaiting {
		t.Errorf("notice %+v", n)
	}
	n.Due, n.Attempts, n.Error = n.Due.Add(time.Hour), 1, "refused"
	Must(t, s.SetNotice(t.Context(), n))
	next, err := s.NextNotice(t.Context(), "all")
	Must(t, err)
	Equal(t, "the other one is due first", next.Flag, "s1/1/t1/3:r")
	next.State, next.Attempts = models.NoticeSent, 1
	Must(t, s.SetNotice(t.Context(), next))
	next, err = s.NextNotice(t.Context(), "all")
	Must(t, err)
	Equal(t, "then the one that failed", next, n)

	Must(t, s.DisableTarget(t.Context(), "all", "gone"))
	_, err = s.NextNotice(t.Context(), "all")
	WantErr(t, "of a disabled target", err, models.ErrNotFound)
	flags(4, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 0, "mic": 2, "other": 0, "grave": 2})
	// The same address stays disabled, a new one is tried; a target that is no longer configured is forgotten.
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "all"}}))
	flags(5, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 0})
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "all", Mark: "new"}}))
	flags(6, models.LevelHigh, models.ModeSuggest)
	waiting(map[string]int{"all": 1})

	for range 2 {
		Must(t, s.Tell(t.Context(), "hand", "s1", "s1/1/t1/1:r", "all"))
	}
	waiting(map[string]int{"all": 2})
	Must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	waiting(map[string]int{"all": 0})
	WantErr(t, "of no session", s.Tell(t.Context(), "x", "s1", "s1/1/t1/1:r", "all"), models.ErrNotFound)
}

// testRoomNotices: every target of the room is notified, whatever its minimum level, and erasing a person removes their pending
// notices.
func testRoomNotices(t *testing.T, s suite) {
	StartSession(t, s, "s1") // room open-mic
	Must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "s1", ID: "ana", Name: "Ana"}))
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{
		{Name: "here", Level: models.LevelHigh, Rooms: []string{"open-mic"}}, {Name: "elsewhere", Rooms: []string{"book"}}, {Name: "gone"},
	}))
	Must(t, s.DisableTarget(t.Context(), "gone", "410"))
	Must(t, s.PutRoomNotice(t.Context(), "s1", models.NoticeDeaf, "ana"))
	n, err := s.NextNotice(t.Context(), "here")
	Must(t, err)
	if n.Kind != models.NoticeDeaf || n.Flag != "ana" || n.Session != "s1" {
		t.Errorf("notice %+v", n)
	}
	for _, name := range []string{"elsewhere", "gone"} {
		_, err := s.NextNotice(t.Context(), name)
		WantErr(t, name, err, models.ErrNotFound)
	}
	Must(t, s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "kim"}))
	_, err = s.NextNotice(t.Context(), "here")
	WantErr(t, "after the erasure", err, models.ErrNotFound)
	WantErr(t, "of no session", s.PutRoomNotice(t.Context(), "none", models.NoticeDeaf, "x"), models.ErrNotFound)
}

// testTell: a rule with tell reaches the targets of the room whatever their level, and none twice.
func testTell(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{
		{Name: "all", Level: models.LevelInfo}, {Name: "grave", Level: models.LevelHigh}, {
			Name: "away", Level: models.LevelInfo, Rooms: []string{"mic"},
		},
	}))
	u := Line(Clip("s1", 1, 1, nil), "words")
	f := Flag(u, "floor")
	f.Level = models.LevelInfo
	Must(t, s.Put(t.Context(), Record(u, []models.Flag{f})))
	waiting := func(all, grave, away int) {
		t.Helper()
		got := map[string]int{}
		states, err := s.NoticeTargets(t.Context())
		Must(t, err)
		for _, x := range states {
			got[x.Name] = x.Waiting
		}
		Equal(t, "waiting", got, map[string]int{"all": all, "grave": grave, "away": away})
	}
	waiting(1, 0, 0)
	for range 2 {
		Must(t, s.Tell(t.Context(), "a1", "s1", f.ID, ""))
		waiting(1, 1, 0)
	}
	Must(t, s.Tell(t.Context(), "a2", "s1", f.ID, "away")) // a rule that names its target means it
	waiting(1, 1, 1)
	WantErr(t, "an unknown target", s.Tell(t.Context(), "a3", "s1", f.ID, "mods"), models.ErrNotFound)
}

// testDigests counts what happened in sessions during a period, and stores up to when a target has been notified.
func testDigests(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	PutLine(t, s, "s1", 1, "words", "a", "b")
	PutLine(t, s, "s1", 2, "")
	_, err := s.SetFlagStatus(ctx, "s1/1/t1/1:a", models.FlagDismissed, "kim", Start)
	Must(t, err)
	Must(t, s.EndSession(ctx, "s1", models.EndLeft, Start.Add(time.Hour)))
	got, err := s.Digest(ctx, Start.Add(-time.Hour), Start.Add(time.Minute))
	Must(t, err)
	Equal(t, "digest", got, []models.RoomDigest{{Room: "open-mic", Name: "Open mic", Sessions: 1, Lines: 1, High: 2, Open: 1}})
	for name, at := range map[string]time.Time{"before": Start.Add(-time.Hour), "after": Start.Add(2 * time.Hour)} {
		got, err := s.Digest(ctx, at, at.Add(time.Minute))
		Must(t, err)
		Equal(t, name, len(got), 0)
	}
	until, err := s.DigestUntil(ctx, "morning")
	Must(t, err)
	Equal(t, "never sent", until, time.Time{})
	Must(t, s.SetDigestUntil(ctx, "morning", Start))
	until, err = s.DigestUntil(ctx, "morning")
	Must(t, err)
	Equal(t, "sent", until, Start)
}
