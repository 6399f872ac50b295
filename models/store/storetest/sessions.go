package storetest

import (
	"context"
	"testing"
	"time"

	"earshot/models"
)

func testEpochs(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	want := models.Session{
		ID: "s1", Room: "open-mic", Name: "Open mic", URL: "lounge://127.0.0.1:1/open-mic", Started: Start, Epoch: 1, Model: "tiny.en",
		Rules: "open-mic@3f9c21",
	}
	got, err := s.Session(ctx, "s1")
	Must(t, err)
	Equal(t, "first start", got.Session, want)
	Must(t, s.EndSession(ctx, "s1", models.EndLeft, Start.Add(time.Minute)))
	Must(t, s.EndSession(ctx, "s1", models.EndStopped, Start.Add(time.Hour)))
	got, err = s.Session(ctx, "s1")
	Must(t, err)
	if got.Reason != models.EndLeft || !got.Ended.Equal(Start.Add(time.Minute)) {
		t.Errorf("the second end changed the first: %s at %s", got.Reason, got.Ended)
	}
	again := want
	again.Started, again.Model = Start.Add(2*time.Hour), "base.en"
	stored, err := s.StartSession(ctx, again)
	Must(t, err)
	want.Epoch, want.Model = 2, "base.en"
	Equal(t, "second start", stored, want)
	unended, err := s.UnendedSessions(ctx)
	Must(t, err)
	Equal(t, "unended", unended, []models.Session{want})
}

// testPartial: a session that is imported in part has ended from the start, and is ended once more when it is whole.
func testPartial(t *testing.T, s suite) {
	ctx := t.Context()
	want := models.Session{ID: "part", Room: "r", Started: Start, Ended: Start.Add(time.Hour), Reason: models.EndPartial, Epoch: 1}
	stored, err := s.StartSession(ctx, want)
	Must(t, err)
	Equal(t, "imported in part", stored, want)
	unended, err := s.UnendedSessions(ctx)
	if err != nil || len(unended) > 0 {
		t.Errorf("unended: %+v, %v", unended, err)
	}
	for _, reason := range []models.EndReason{models.EndImported, models.EndStopped} {
		Must(t, s.EndSession(ctx, "part", reason, Start.Add(2*time.Hour)))
		got, err := s.Session(ctx, "part")
		Must(t, err)
		if got.Reason != models.EndImported || !got.Ended.Equal(Start.Add(2*time.Hour)) {
			t.Errorf("after it ended for %s: %s at %s", reason, got.Reason, got.Ended)
		}
	}
}

func testUnknown(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := Clip("nowhere", 1, 1, []byte{1})
	_, err := s.Session(ctx, "nowhere")
	WantErr(t, "Session", err, models.ErrNotFound)
	WantErr(t, "EndSession", s.EndSession(ctx, "nowhere", models.EndLeft, Start), models.ErrNotFound)
	WantErr(t, "DeleteSession", s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "nowhere"}), models.ErrNotFound)
	WantErr(t, "PutClip", s.PutClip(ctx, c), models.ErrNotFound)
	WantErr(t, "Commit", s.Put(ctx, Record(Line(c, "hello"), nil)), models.ErrNotFound)
	WantErr(t, "PutGap", s.PutGap(ctx, models.Gap{Session: "nowhere"}), models.ErrNotFound)
	WantErr(t, "PutSpeaker", s.PutSpeaker(ctx, models.Speaker{Session: "nowhere", ID: "x"}), models.ErrNotFound)
	_, err = s.Clip(ctx, c.Key)
	WantErr(t, "Clip", err, models.ErrNotFound)
	_, err = s.Utterance(ctx, c.Key)
	WantErr(t, "Utterance", err, models.ErrNotFound)
	_, err = s.NoteAttempt(ctx, c.Key)
	WantErr(t, "NoteAttempt", err, models.ErrNotFound)
	_, err = s.Flag(ctx, "nothing")
	WantErr(t, "Flag", err, models.ErrNotFound)
	_, err = s.SetFlagStatus(ctx, "nothing", models.FlagConfirmed, "host", Start)
	WantErr(t, "SetFlagStatus", err, models.ErrNotFound)
	none, err := s.Utterances(ctx, "nowhere")
	Must(t, err)
	Equal(t, "lines of nowhere", none, []models.Utterance{})
}

func testSessionIDs(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	for _, id := range []string{"", ".", "..", ".hidden", "a/b", "a b", "a\x00b", "ä", string(make([]byte, 129))} {
		_, err := s.StartSession(t.Context(), models.Session{ID: id})
		WantErr(t, "id "+id, err, models.ErrInvalid)
	}
}

func testSpeakers(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ben", Name: "Ben", Role: models.RoleGuest, FirstMS: 500}))
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana", FirstMS: 900}))
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Role: models.RoleHost, FirstMS: 100}))
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ben", Name: "Benedict", FirstMS: 800}))
	got, err := s.Speakers(ctx, "s1")
	Must(t, err)
	Equal(t, "speakers", got, []models.Speaker{
		{Session: "s1", ID: "ana", Name: "Ana", Role: models.RoleHost, FirstMS: 100},
		{Session: "s1", ID: "ben", Name: "Benedict", Role: models.RoleGuest, FirstMS: 500},
	})
}

func testCounts(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "cem", Name: "Cem", FirstMS: 5})) // never speaks
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana", Role: models.RoleHost, FirstMS: 10}))
	for seq, speaker := range []string{"ana", "ben", "ben", "ana", "ben"} {
		u := Line(Clip("s1", 1, seq+1, nil), "some words")
		u.SpeakerID, u.SpeakerName, u.VoicedMS = speaker, speaker+"!", 100*int64(seq+1)
		var flags []models.Flag
		switch seq {
		case 1:
			flags = []models.Flag{Flag(u, "a"), Flag(u, "b")}
		case 2:
			u.Doubt = []models.Doubt{models.DoubtPhantom}
		case 3:
			u.Text = "" // nothing was said
		}
		Must(t, s.Put(ctx, Record(u, flags)))
	}
	Must(t, s.PutGap(ctx, models.Gap{Session: "s1", StartMS: 1, EndMS: 90_000, LostMS: 70, Cause: models.GapCut}))
	Must(t, s.PutClip(ctx, Clip("s1", 1, 99, []byte("x"))))
	_, err := s.SetFlagStatus(ctx, "s1/1/t1/2:a", models.FlagDismissed, "host", Start)
	Must(t, err)
	got, err := s.Session(ctx, "s1")
	Must(t, err)
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
	// The flags of the helper have the line's speaker.
	Equal(t, "counts", got, want)
	Must(t, s.EndSession(ctx, "s1", models.EndAlone, Start.Add(2*time.Minute)))
	got, err = s.Session(ctx, "s1")
	Must(t, err)
	Equal(t, "duration of an ended session", got.DurationMS, int64(120_000))
}

func testSessionLists(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	for i, id := range []string{"s2", "s3", "s4"} {
		room := []string{"open-mic", "book-club", "open-mic"}[i]
		_, err := s.StartSession(ctx, models.Session{ID: id, Room: room, Started: Start.Add(time.Duration(i+1) * time.Hour)})
		Must(t, err)
	}
	Must(t, s.EndSession(ctx, "s4", models.EndLeft, Start.Add(9*time.Hour)))
	for _, c := range []struct {
		what string
		q    models.SessionQuery
		want []string
	}{
		{"all", models.SessionQuery{}, []string{"s4", "s3", "s2", "s1"}},
		{"first two", models.SessionQuery{Limit: 2}, []string{"s4", "s3"}},
		{"after them", models.SessionQuery{Before: Start.Add(2 * time.Hour)}, []string{"s2", "s1"}},
		{"one room", models.SessionQuery{Room: "open-mic"}, []string{"s4", "s2", "s1"}},
		{"live", models.SessionQuery{Live: true}, []string{"s3", "s2", "s1"}},
	} {
		infos, err := s.Sessions(ctx, c.q)
		Must(t, err)
		var got []string
		for _, i := range infos {
			got = append(got, i.ID)
		}
		Equal(t, c.what, got, c.want)
	}
}

func testCancelled(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := Clip("s1", 1, 1, []byte("x"))
	WantErr(t, "PutClip", s.PutClip(ctx, c), context.Canceled)
	WantErr(t, "Commit", s.Put(ctx, Record(Line(c, "x"), nil)), context.Canceled)
	_, err := s.Utterances(ctx, "s1")
	WantErr(t, "Utterances", err, context.Canceled)
	lines, err := s.Utterances(t.Context(), "s1")
	Must(t, err)
	Equal(t, "nothing was stored", len(lines), 0)
}

// testClock: data without a time of its own gets that of the store's clock.
func testClock(t *testing.T, s suite) {
	ctx := t.Context()
	session, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "r"})
	Must(t, err)
	Equal(t, "start", session.Started, s.now())
	s.pass(time.Minute)
	u := Line(Clip("s1", 1, 1, nil), "words")
	u.Committed = time.Time{}
	f := Flag(u, "r")
	Must(t, s.Put(ctx, Record(u, []models.Flag{f})))
	got, err := s.Utterance(ctx, u.Key)
	Must(t, err)
	Equal(t, "commit", got.Committed, s.now())
	flagged, err := s.Flag(ctx, f.ID)
	Must(t, err)
	Equal(t, "flag", flagged.Created, s.now())
	s.pass(time.Minute)
	Must(t, s.Note(ctx, "kim", "looked", "x", "s1"))
	trail, err := s.Audit(ctx, 1)
	Must(t, err)
	Equal(t, "note", trail, []models.AuditEntry{{At: s.now(), By: "kim", What: "looked", Target: "x", Session: "s1"}})
	s.pass(time.Minute)
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1", By: "kim"}))
	removals, err := s.Removals(ctx)
	Must(t, err)
	Equal(t, "removal", removals[0].At, s.now())
}
