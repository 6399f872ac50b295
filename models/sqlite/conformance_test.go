package sqlite_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"earshot/models"
	"earshot/models/store"
)

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func TestConformance(t *testing.T) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"epochs rise":               testEpochs,
		"unknown things":            testUnknown,
		"session ids":               testSessionIDs,
		"speakers merge":            testSpeakers,
		"spool round trip":          testSpool,
		"commit acknowledges":       testCommit,
		"commit is idempotent":      testCommitTwice,
		"failed clip is kept":       testFailed,
		"awkward values":            testAwkward,
		"flags":                     testFlags,
		"foreign flags are refused": testForeignFlags,
		"gaps grow":                 testGaps,
		"counts":                    testCounts,
		"session lists":             testSessionLists,
		"deleted session":           testDelete,
		"cancelled call":            testCancelled,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			startSession(t, s, "s1")
			test(t, s)
			must(t, s.Check(t.Context()))
		})
	}
}

func testEpochs(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := models.Session{
		ID: "s1", Room: "open-mic", Name: "Open mic", URL: "lounge://127.0.0.1:1/open-mic", Started: start, Epoch: 1, Model: "tiny.en",
		Rules: "open-mic@3f9c21",
	}
	got, err := s.Session(ctx, "s1")
	must(t, err)
	equal(t, "first start", got.Session, want)
	must(t, s.EndSession(ctx, "s1", models.EndLeft, start.Add(time.Minute)))
	must(t, s.EndSession(ctx, "s1", models.EndStopped, start.Add(time.Hour)))
	got, err = s.Session(ctx, "s1")
	must(t, err)
	if got.Reason != models.EndLeft || !got.Ended.Equal(start.Add(time.Minute)) {
		t.Errorf("the second end changed the first: %s at %s", got.Reason, got.Ended)
	}
	again := want
	again.Started, again.Model = start.Add(2*time.Hour), "base.en"
	stored, err := s.StartSession(ctx, again)
	must(t, err)
	want.Epoch, want.Model = 2, "base.en"
	equal(t, "second start", stored, want)
	unended, err := s.UnendedSessions(ctx)
	must(t, err)
	equal(t, "unended", unended, []models.Session{want})
}

func testUnknown(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := clip("nowhere", 1, 1, []byte{1})
	_, err := s.Session(ctx, "nowhere")
	wantErr(t, "Session", err, models.ErrNotFound)
	wantErr(t, "EndSession", s.EndSession(ctx, "nowhere", models.EndLeft, start), models.ErrNotFound)
	wantErr(t, "DeleteSession", s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "nowhere"}), models.ErrNotFound)
	wantErr(t, "PutClip", s.PutClip(ctx, c), models.ErrNotFound)
	wantErr(t, "Commit", s.Put(ctx, record(utterance(c, "hello"), nil)), models.ErrNotFound)
	wantErr(t, "PutGap", s.PutGap(ctx, models.Gap{Session: "nowhere"}), models.ErrNotFound)
	wantErr(t, "PutSpeaker", s.PutSpeaker(ctx, models.Speaker{Session: "nowhere", ID: "x"}), models.ErrNotFound)
	_, err = s.Clip(ctx, c.Key)
	wantErr(t, "Clip", err, models.ErrNotFound)
	_, err = s.Utterance(ctx, c.Key)
	wantErr(t, "Utterance", err, models.ErrNotFound)
	_, err = s.NoteAttempt(ctx, c.Key)
	wantErr(t, "NoteAttempt", err, models.ErrNotFound)
	_, err = s.Flag(ctx, "nothing")
	wantErr(t, "Flag", err, models.ErrNotFound)
	_, err = s.SetFlagStatus(ctx, "nothing", models.FlagConfirmed, "host", start)
	wantErr(t, "SetFlagStatus", err, models.ErrNotFound)
	none, err := s.Utterances(ctx, "nowhere")
	must(t, err)
	equal(t, "lines of nowhere", none, []models.Utterance{})
}

func testSessionIDs(t *testing.T, s store.Store) {
	for _, id := range []string{"", ".", "..", ".hidden", "a/b", "a b", "a\x00b", "ä", string(make([]byte, 129))} {
		_, err := s.StartSession(t.Context(), models.Session{ID: id})
		wantErr(t, "id "+id, err, models.ErrInvalid)
	}
}

func testSpeakers(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ben", Name: "Ben", Role: models.RoleGuest, FirstMS: 500}))
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana", FirstMS: 900}))
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Role: models.RoleHost, FirstMS: 100}))
	must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ben", Name: "Benedict", FirstMS: 800}))
	got, err := s.Speakers(ctx, "s1")
	must(t, err)
	equal(t, "speakers", got, []models.Speaker{
		{Session: "s1", ID: "ana", Name: "Ana", Role: models.RoleHost, FirstMS: 100},
		{Session: "s1", ID: "ben", Name: "Benedict", Role: models.RoleGuest, FirstMS: 500},
	})
}

func testSpool(t *testing.T, s store.Store) {
	ctx := t.Context()
	c1, c2 := clip("s1", 1, 1, []byte("sound one")), clip("s1", 1, 2, []byte("sound two"))
	c1.PCM = []float32{0.5} // is not stored
	must(t, s.PutClip(ctx, c1))
	must(t, s.PutClip(ctx, c2))
	other := c1
	other.Opus = []byte("another sound")
	must(t, s.PutClip(ctx, other)) // the same key: nothing happens
	c1.PCM = nil
	equal(t, "pending", pending(t, s), []models.Clip{c1, c2})
	keys, err := s.PendingKeys(ctx)
	must(t, err)
	equal(t, "keys", keys, []models.Key{c1.Key, c2.Key})
	for want := 1; want <= 2; want++ {
		n, err := s.NoteAttempt(ctx, c2.Key)
		must(t, err)
		equal(t, "attempts", n, want)
	}
	c2.Attempts = 2
	got, err := s.Clip(ctx, c2.Key)
	must(t, err)
	equal(t, "clip", got, c2)
	usage, err := s.SpoolUsage(ctx)
	must(t, err)
	equal(t, "usage", usage, models.SpoolUsage{Waiting: 2, WaitingBytes: 18})
}

func testCommit(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := clip("s1", 1, 1, []byte("sound"))
	must(t, s.PutClip(ctx, c))
	u := utterance(
		c, "Buy my coin", models.Word{Text: "Buy", StartMS: 1000, EndMS: 1200, P: 0.9},
		models.Word{Text: "coin", StartMS: 1300, EndMS: 1500, P: 0.123456},
	)
	u.Doubt = []models.Doubt{models.DoubtLoss, models.DoubtLowVoice}
	u.Degraded = true
	f := flag(u, "scam.guaranteed")
	must(t, s.Put(ctx, record(u, []models.Flag{f})))
	equal(t, "pending", pending(t, s), []models.Clip{})
	got, err := s.Utterance(ctx, u.Key)
	must(t, err)
	equal(t, "line", got, u)
	flags, err := s.Flags(ctx, "s1")
	must(t, err)
	equal(t, "flags", flags, []models.Flag{f})
	people, err := s.Speakers(ctx, "s1")
	must(t, err)
	equal(t, "who spoke is a speaker", people, []models.Speaker{{Session: "s1", ID: "ana", Name: "Ana", FirstMS: 1000}})
	must(t, s.PutClip(ctx, c)) // a late repetition of what is done
	equal(t, "pending after repetition", pending(t, s), []models.Clip{})
	before := time.Now().Add(-time.Millisecond)
	late := utterance(clip("s1", 1, 2, nil), "x")
	late.Committed = time.Time{}
	must(t, s.Put(ctx, record(late, nil)))
	got, err = s.Utterance(ctx, late.Key)
	must(t, err)
	if got.Committed.Before(before) || got.Committed.After(time.Now()) {
		t.Errorf("committed at %s, want about now", got.Committed)
	}
}

func testCommitTwice(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := clip("s1", 1, 1, []byte("sound"))
	u := utterance(c, "first text")
	f := flag(u, "r1")
	must(t, s.Put(ctx, record(u, []models.Flag{f})))
	decided, err := s.SetFlagStatus(ctx, f.ID, models.FlagDismissed, "host", start)
	must(t, err)
	other := utterance(c, "second text")
	must(t, s.Put(ctx, record(other, []models.Flag{flag(other, "r1"), flag(other, "r2")})))
	failed := other
	failed.State, failed.Text = models.UtteranceFailed, ""
	must(t, s.Put(ctx, record(failed, nil)))
	lines, err := s.Utterances(ctx, "s1")
	must(t, err)
	equal(t, "lines", lines, []models.Utterance{u})
	flags, err := s.Flags(ctx, "s1")
	must(t, err)
	equal(t, "flags", flags, []models.Flag{decided})
}

func testFailed(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := clip("s1", 1, 1, []byte("sound"))
	must(t, s.PutClip(ctx, c))
	failed := utterance(c, "")
	failed.State = models.UtteranceFailed
	must(t, s.Put(ctx, record(failed, nil)))
	equal(t, "pending", pending(t, s), []models.Clip{})
	kept, err := s.Clip(ctx, c.Key)
	must(t, err)
	equal(t, "kept clip", kept, c)
	usage, err := s.SpoolUsage(ctx)
	must(t, err)
	equal(t, "usage", usage, models.SpoolUsage{Failed: 1, FailedBytes: 5})
	info, err := s.Session(ctx, "s1")
	must(t, err)
	equal(t, "failed count", info.Failed, 1)

	better := utterance(c, "decoded after all")
	f := flag(better, "r1")
	must(t, s.Put(ctx, record(better, []models.Flag{f})))
	lines, err := s.Utterances(ctx, "s1")
	must(t, err)
	equal(t, "lines", lines, []models.Utterance{better})
	_, err = s.Clip(ctx, c.Key)
	wantErr(t, "the clip is done with", err, models.ErrNotFound)
	page, err := s.Search(ctx, models.SearchQuery{Text: "decoded", Rule: "r1"})
	must(t, err)
	equal(t, "found by its new text and flag", len(page.Hits), 1)
}

func testAwkward(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := clip("s1", 1, 1, nil)
	c.LevelDBFS = math.Inf(-1)
	must(t, s.PutClip(ctx, c))
	u := utterance(c, "a\x00b\x02c \xff \u202e end", models.Word{Text: "\xffb\x00", P: float32(math.NaN())})
	u.LogProb, u.NoSpeech = math.NaN(), math.Inf(1)
	must(t, s.Put(ctx, record(u, nil)))
	got, err := s.Utterance(ctx, u.Key)
	must(t, err)
	u.Text, u.LogProb, u.NoSpeech, u.LevelDBFS = "a b c \uFFFD \u202e end", 0, 0, -127
	u.Words = []models.Word{{Text: "\uFFFDb "}}
	equal(t, "line", got, u)
}
