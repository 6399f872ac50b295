package sqlite_test

import (
	"context"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// openFlags are the flags that wait for a person, the oldest first.
func openFlags(ctx context.Context, s store.Store) (all []models.Flag, err error) {
	found, err := s.FindFlags(ctx, models.FlagQuery{Status: models.FlagOpen, Oldest: true})
	for _, p := range found {
		all = append(all, p.Flag)
	}
	return all, err
}

func testFlags(t *testing.T, s store.Store) {
	ctx := t.Context()
	u := utterance(clip("s1", 1, 1, nil), "one")
	f1, f2 := flag(u, "a"), flag(u, "b")
	f2.Status = ""
	must(t, s.Put(ctx, record(u, []models.Flag{f1, f2})))
	f2.Status = models.FlagOpen
	open, err := openFlags(ctx, s)
	must(t, err)
	equal(t, "open", open, []models.Flag{f1, f2})
	got, err := s.SetFlagStatus(ctx, f1.ID, models.FlagConfirmed, "host-1", start.Add(time.Minute))
	must(t, err)
	f1.Status, f1.DecidedBy, f1.Decided = models.FlagConfirmed, "host-1", start.Add(time.Minute)
	equal(t, "confirmed", got, f1)
	open, err = openFlags(ctx, s)
	must(t, err)
	equal(t, "open after confirming", open, []models.Flag{f2})
	got, err = s.SetFlagStatus(ctx, f1.ID, models.FlagOpen, "host-1", start)
	must(t, err)
	f1.Status, f1.DecidedBy, f1.Decided = models.FlagOpen, "", time.Time{}
	equal(t, "taken back", got, f1)
	_, err = s.SetFlagStatus(ctx, f1.ID, "maybe", "host-1", start)
	wantErr(t, "unknown status", err, models.ErrInvalid)
	got, err = s.Flag(ctx, f1.ID)
	must(t, err)
	equal(t, "read back", got, f1)
}

func testForeignFlags(t *testing.T, s store.Store) {
	c := clip("s1", 1, 1, []byte("sound"))
	must(t, s.PutClip(t.Context(), c))
	u := utterance(c, "one")
	f := flag(u, "a")
	f.Utterance.Seq = 9
	wantErr(t, "flag of another line", s.Put(t.Context(), record(u, []models.Flag{f})), models.ErrInvalid)
	equal(t, "still pending", len(pending(t, s)), 1)
}

func testGaps(t *testing.T, s store.Store) {
	ctx := t.Context()
	g := models.Gap{Session: "s1", SpeakerID: "ana", SpeakerName: "Ana", StartMS: 1000, EndMS: 2000, LostMS: 400, Cause: models.GapLoss}
	must(t, s.PutGap(ctx, g))
	must(t, s.PutGap(ctx, g))
	longer := g
	longer.EndMS, longer.LostMS = 3000, 900
	must(t, s.PutGap(ctx, longer))
	must(t, s.PutGap(ctx, g)) // does not shrink
	cut := models.Gap{Session: "s1", StartMS: 1000, EndMS: 5000, LostMS: 4000, Cause: models.GapRestart}
	must(t, s.PutGap(ctx, cut))
	got, err := s.Gaps(ctx, "s1")
	must(t, err)
	equal(t, "gaps", got, []models.Gap{cut, longer})
}

func testCounts(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "cem", Name: "Cem", FirstMS: 5})) // never speaks
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana", Role: models.RoleHost, FirstMS: 10}))
	for seq, speaker := range []string{"ana", "ben", "ben", "ana", "ben"} {
		u := utterance(clip("s1", 1, seq+1, nil), "some words")
		u.SpeakerID, u.SpeakerName, u.VoicedMS = speaker, speaker+"!", 100*int64(seq+1)
		var flags []models.Flag
		switch seq {
		case 1:
			flags = []models.Flag{flag(u, "a"), flag(u, "b")}
		case 2:
			u.Doubt = []models.Doubt{models.DoubtPhantom}
		case 3:
			u.Text = "" // nothing was said
		}
		must(t, s.Put(ctx, record(u, flags)))
	}
	must(t, s.PutGap(ctx, models.Gap{Session: "s1", StartMS: 1, EndMS: 90_000, LostMS: 70, Cause: models.GapCut}))
	must(t, s.PutClip(ctx, clip("s1", 1, 99, []byte("x"))))
	_, err := s.SetFlagStatus(ctx, "s1/1/t1/2:a", models.FlagDismissed, "host", start)
	must(t, err)
	got, err := s.Session(ctx, "s1")
	must(t, err)
	want := models.SessionInfo{
		Session: got.Session, Utterances: 4, Doubtful: 1, Pending: 1, Flags: 2, OpenFlags: 1, Gaps: 1, LostMS: 70,
		TalkMS: 1100, DurationMS: 99_900, // of the clip that waits
		Speakers: []models.SpeakerCounts{
			{Speaker: models.Speaker{Session: "s1", ID: "ben", Name: "ben!", FirstMS: 2000}, Utterances: 3, TalkMS: 1000},
			{Speaker: models.Speaker{Session: "s1", ID: "ana", Name: "Ana", Role: models.RoleHost, FirstMS: 10}, Utterances: 1, TalkMS: 100},
			{Speaker: models.Speaker{Session: "s1", ID: "cem", Name: "Cem", FirstMS: 5}},
		},
	}
	want.Speakers[0].Flags = 2
	// The flags of the helper carry the line's speaker.
	equal(t, "counts", got, want)
	must(t, s.EndSession(ctx, "s1", models.EndAlone, start.Add(2*time.Minute)))
	got, err = s.Session(ctx, "s1")
	must(t, err)
	equal(t, "duration of an ended session", got.DurationMS, int64(120_000))
}

func testSessionLists(t *testing.T, s store.Store) {
	ctx := t.Context()
	for i, id := range []string{"s2", "s3", "s4"} {
		room := []string{"open-mic", "book-club", "open-mic"}[i]
		_, err := s.StartSession(ctx, models.Session{ID: id, Room: room, Started: start.Add(time.Duration(i+1) * time.Hour)})
		must(t, err)
	}
	must(t, s.EndSession(ctx, "s4", models.EndLeft, start.Add(9*time.Hour)))
	for _, c := range []struct {
		what string
		q    models.SessionQuery
		want []string
	}{
		{"all", models.SessionQuery{}, []string{"s4", "s3", "s2", "s1"}},
		{"first two", models.SessionQuery{Limit: 2}, []string{"s4", "s3"}},
		{"after them", models.SessionQuery{Before: start.Add(2 * time.Hour)}, []string{"s2", "s1"}},
		{"one room", models.SessionQuery{Room: "open-mic"}, []string{"s4", "s2", "s1"}},
		{"live", models.SessionQuery{Live: true}, []string{"s3", "s2", "s1"}},
	} {
		infos, err := s.Sessions(ctx, c.q)
		must(t, err)
		var got []string
		for _, i := range infos {
			got = append(got, i.ID)
		}
		equal(t, c.what, got, c.want)
	}
}

func testDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	u := utterance(clip("s1", 1, 1, nil), "unforgettable")
	must(t, s.Put(ctx, record(u, []models.Flag{flag(u, "a")})))
	must(t, s.PutClip(ctx, clip("s1", 1, 2, []byte("x"))))
	must(t, s.PutGap(ctx, models.Gap{Session: "s1", Cause: models.GapCut}))
	must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	_, err := s.Session(ctx, "s1")
	wantErr(t, "Session", err, models.ErrNotFound)
	wantErr(t, "a late line", s.Put(ctx, record(u, nil)), models.ErrNotFound)
	wantErr(t, "a second time", s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}), models.ErrNotFound)
	page, err := s.Search(ctx, models.SearchQuery{Text: "unforgettable"})
	must(t, err)
	equal(t, "hits", len(page.Hits), 0)
	equal(t, "pending", len(pending(t, s)), 0)
	open, err := openFlags(ctx, s)
	must(t, err)
	equal(t, "open flags", len(open), 0)
	again, err := s.StartSession(ctx, models.Session{ID: "s1", Started: start})
	must(t, err)
	equal(t, "the id may be used anew", again.Epoch, 1)
}

func testCancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := clip("s1", 1, 1, []byte("x"))
	wantErr(t, "PutClip", s.PutClip(ctx, c), context.Canceled)
	wantErr(t, "Commit", s.Put(ctx, record(utterance(c, "x"), nil)), context.Canceled)
	_, err := s.Utterances(ctx, "s1")
	wantErr(t, "Utterances", err, context.Canceled)
	lines, err := s.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "nothing was stored", len(lines), 0)
}
