package storetest

import (
	"testing"
	"time"

	"earshot/models"
)

func testSpool(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c1, c2 := Clip("s1", 1, 1, []byte("sound one")), Clip("s1", 1, 2, []byte("sound two"))
	c1.PCM = []float32{0.5} // is not stored
	Must(t, s.PutClip(ctx, c1))
	Must(t, s.PutClip(ctx, c2))
	other := c1
	other.Opus = []byte("another sound")
	Must(t, s.PutClip(ctx, other)) // the same key: nothing happens
	c1.PCM = nil
	Equal(t, "pending", Pending(t, s), []models.Clip{c1, c2})
	keys, err := s.PendingKeys(ctx)
	Must(t, err)
	Equal(t, "keys", keys, []models.Key{c1.Key, c2.Key})
	for want := 1; want <= 2; want++ {
		n, err := s.NoteAttempt(ctx, c2.Key)
		Must(t, err)
		Equal(t, "attempts", n, want)
	}
	c2.Attempts = 2
	got, err := s.Clip(ctx, c2.Key)
	Must(t, err)
	Equal(t, "clip", got, c2)
	usage, err := s.SpoolUsage(ctx)
	Must(t, err)
	Equal(t, "usage", usage, models.SpoolUsage{Waiting: 2, WaitingBytes: 18})
}

func testFailed(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := Clip("s1", 1, 1, []byte("sound"))
	Must(t, s.PutClip(ctx, c))
	failed := Line(c, "")
	failed.State = models.UtteranceFailed
	Must(t, s.Put(ctx, Record(failed, nil)))
	Equal(t, "pending", Pending(t, s), []models.Clip{})
	kept, err := s.Clip(ctx, c.Key)
	Must(t, err)
	Equal(t, "kept clip", kept, c)
	usage, err := s.SpoolUsage(ctx)
	Must(t, err)
	Equal(t, "usage", usage, models.SpoolUsage{Failed: 1, FailedBytes: 5})
	info, err := s.Session(ctx, "s1")
	Must(t, err)
	Equal(t, "failed count", info.Failed, 1)

	better := Line(c, "decoded after all")
	f := Flag(better, "r1")
	Must(t, s.Put(ctx, Record(better, []models.Flag{f})))
	lines, err := s.Utterances(ctx, "s1")
	Must(t, err)
	Equal(t, "lines", lines, []models.Utterance{better})
	_, err = s.Clip(ctx, c.Key)
	WantErr(t, "the clip is done with", err, models.ErrNotFound)
	page, err := s.Search(ctx, models.SearchQuery{Text: "decoded", Rule: "r1"})
	Must(t, err)
	Equal(t, "found by its new text and flag", len(page.Hits), 1)
}

// A waiting clip is read back with the time at which its words were said, to the millisecond; also one for which that is unknown.
func testSpoolKeepsWhenWordsWereSaid(t *testing.T, s suite) {
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: s.now().Add(-time.Hour)})
	Must(t, err)
	spoken := s.now().Add(-time.Minute)
	for seq, at := range []time.Time{{}, spoken} {
		Must(t, s.PutClip(
			t.Context(), models.Clip{Key: models.Key{Session: "s1", Epoch: 1, Track: "t", Seq: seq + 1}, SpeakerID: "a", EndMS: 1000, Spoken: at},
		))
	}
	var got []time.Time
	for _, c := range Pending(t, s) {
		got = append(got, c.Spoken)
	}
	if len(got) != 2 || !got[0].IsZero() || !got[1].Equal(spoken.Truncate(time.Millisecond)) {
		t.Errorf("words said at %v were read as %v", spoken, got)
	}
}

// A line is stored once, however often the decoder delivers it.
func testSpooledLineIsStoredOnce(t *testing.T, s suite) {
	ctx := t.Context()
	session := StartSession(t, s, "s1")
	c := Clip("s1", session.Epoch, 1, []byte("sound"))
	Must(t, s.PutClip(ctx, c))
	for range 3 {
		u := Line(c, "once", models.Word{Text: "once", P: 1})
		Must(t, s.Put(ctx, models.Record{Session: "s1", Utterance: &u, Spooled: true, Flags: []models.Flag{Flag(u, "r")}}))
	}
	us, err := s.Utterances(ctx, "s1")
	Must(t, err)
	keys, err := s.PendingKeys(ctx)
	Must(t, err)
	if len(us) != 1 || len(keys) != 0 {
		t.Errorf("%d lines, %d clips wait", len(us), len(keys))
	}
}

func testGaps(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	g := models.Gap{Session: "s1", SpeakerID: "ana", SpeakerName: "Ana", StartMS: 1000, EndMS: 2000, LostMS: 400, Cause: models.GapLoss}
	Must(t, s.PutGap(ctx, g))
	Must(t, s.PutGap(ctx, g))
	longer := g
	longer.EndMS, longer.LostMS = 3000, 900
	Must(t, s.PutGap(ctx, longer))
	Must(t, s.PutGap(ctx, g)) // does not shrink
	cut := models.Gap{Session: "s1", StartMS: 1000, EndMS: 5000, LostMS: 4000, Cause: models.GapRestart}
	Must(t, s.PutGap(ctx, cut))
	got, err := s.Gaps(ctx, "s1")
	Must(t, err)
	Equal(t, "gaps", got, []models.Gap{cut, longer})
}
