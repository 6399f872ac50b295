package storetest

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

func testCommit(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := Clip("s1", 1, 1, []byte("sound"))
	Must(t, s.PutClip(ctx, c))
	u := Line(
		c, "Buy my coin", models.Word{Text: "Buy", StartMS: 1000, EndMS: 1200, P: 0.9},
		models.Word{Text: "coin", StartMS: 1300, EndMS: 1500, P: 0.123456},
	)
	u.Doubt = []models.Doubt{models.DoubtLoss, models.DoubtLowVoice}
	u.Degraded = true
	f := Flag(u, "scam.guaranteed")
	Must(t, s.Put(ctx, Record(u, []models.Flag{f})))
	Equal(t, "pending", Pending(t, s), []models.Clip{})
	got, err := s.Utterance(ctx, u.Key)
	Must(t, err)
	Equal(t, "line", got, u)
	flags, err := s.Flags(ctx, "s1")
	Must(t, err)
	Equal(t, "flags", flags, []models.Flag{f})
	people, err := s.Speakers(ctx, "s1")
	Must(t, err)
	Equal(t, "who spoke is a speaker", people, []models.Speaker{{Session: "s1", ID: "ana", Name: "Ana", FirstMS: 1000}})
	Must(t, s.PutClip(ctx, c)) // a late repetition of what is done
	Equal(t, "pending after repetition", Pending(t, s), []models.Clip{})
	before := s.now().Add(-time.Millisecond)
	late := Line(Clip("s1", 1, 2, nil), "x")
	late.Committed = time.Time{}
	Must(t, s.Put(ctx, Record(late, nil)))
	got, err = s.Utterance(ctx, late.Key)
	Must(t, err)
	if got.Committed.Before(before) || got.Committed.After(s.now()) {
		t.Errorf("committed at %s, want about now", got.Committed)
	}
}

func testCommitTwice(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := Clip("s1", 1, 1, []byte("sound"))
	u := Line(c, "first text")
	f := Flag(u, "r1")
	Must(t, s.Put(ctx, Record(u, []models.Flag{f})))
	decided, err := s.SetFlagStatus(ctx, f.ID, models.FlagDismissed, "host", Start)
	Must(t, err)
	other := Line(c, "second text")
	Must(t, s.Put(ctx, Record(other, []models.Flag{Flag(other, "r1"), Flag(other, "r2")})))
	failed := other
	failed.State, failed.Text = models.UtteranceFailed, ""
	Must(t, s.Put(ctx, Record(failed, nil)))
	lines, err := s.Utterances(ctx, "s1")
	Must(t, err)
	Equal(t, "lines", lines, []models.Utterance{u})
	flags, err := s.Flags(ctx, "s1")
	Must(t, err)
	Equal(t, "flags", flags, []models.Flag{decided})
}

func testCommitMany(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	one, two := Line(Clip("s1", 1, 1, nil), "first"), Line(Clip("s1", 1, 2, nil), "second")
	f := Flag(two, "r1")
	all := []models.Record{Record(one, nil), Record(two, []models.Flag{f})}
	for i := range all {
		all[i].Spooled = false
	}
	Must(t, s.PutAll(ctx, nil))
	elsewhere := all[0]
	elsewhere.Session = "s2"
	if err := s.PutAll(ctx, append(all[:2:2], elsewhere)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("with a line of a session that is not stored: %v", err)
	}
	lines, err := s.Utterances(ctx, "s1")
	Must(t, err)
	Equal(t, "lines after a failure", lines, []models.Utterance{})
	for range 2 {
		Must(t, s.PutAll(ctx, all))
	}
	lines, err = s.Utterances(ctx, "s1")
	Must(t, err)
	Equal(t, "lines", lines, []models.Utterance{one, two})
	var each []models.Utterance
	collect := func(u models.Utterance) error { each = append(each, u); return nil }
	Must(t, s.EachUtterance(ctx, "s1", collect))
	Equal(t, "lines one at a time", each, lines)
	enough, calls := errors.New("enough"), 0
	if err := s.EachUtterance(ctx, "s1", func(models.Utterance) error { calls++; return enough }); !errors.Is(err, enough) || calls != 1 {
		t.Errorf("stopped by an error: %v after %d lines", err, calls)
	}
	flags, err := s.Flags(ctx, "s1")
	Must(t, err)
	Equal(t, "flags", flags, []models.Flag{f})
}

func testAwkward(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := Clip("s1", 1, 1, nil)
	c.LevelDBFS = math.Inf(-1)
	Must(t, s.PutClip(ctx, c))
	u := Line(c, "a\x00b\x02c \xff \u202e end", models.Word{Text: "\xffb\x00", P: float32(math.NaN())})
	u.LogProb, u.NoSpeech = math.NaN(), math.Inf(1)
	Must(t, s.Put(ctx, Record(u, nil)))
	got, err := s.Utterance(ctx, u.Key)
	Must(t, err)
	u.Text, u.LogProb, u.NoSpeech, u.LevelDBFS = "a b c \uFFFD \u202e end", 0, 0, -127
	u.Words = []models.Word{{Text: "\uFFFDb "}}
	Equal(t, "line", got, u)
}

func testCorrectedTextKeepsWhatWasHeard(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	var words []models.Word
	for i, w := range strings.Fields("Bye my coin now") {
		words = append(words, models.Word{Text: " " + w, StartMS: int64(1000 + 100*i), EndMS: int64(1100 + 100*i), P: 0.5})
	}
	u := Line(Clip("s1", 1, 1, nil), "Bye my coin now", words...)
	Must(t, s.Put(t.Context(), Record(u, []models.Flag{Flag(u, "r")})))
	when := Start.Add(time.Hour)
	got, err := s.CorrectText(t.Context(), u.Key, "  Buy my  small\ncoin now. ", "kim", when)
	Must(t, err)
	want := u
	want.Text, want.Original, want.EditedBy, want.Edited = "Buy my small coin now.", u.Text, "kim", when
	want.Words = []models.Word{
		{Text: " Buy", StartMS: 1000, EndMS: 1100, P: 1},
		{Text: " my", StartMS: 1100, EndMS: 1200, P: 0.5},
		{Text: " small", StartMS: 1200, EndMS: 1200, P: 1},
		{Text: " coin", StartMS: 1200, EndMS: 1300, P: 0.5},
		{Text: " now.", StartMS: 1300, EndMS: 1400, P: 0.5},
	}
	Equal(t, "corrected", got, want)
	for text, hits := range map[string]int{"small": 1, "bye": 0} {
		page, err := s.Search(t.Context(), models.SearchQuery{Text: text, Flagged: true})
		Must(t, err)
		Equal(t, "hits of "+text, len(page.Hits), hits)
	}
	got, err = s.CorrectText(t.Context(), u.Key, "Quite another thing altogether, said at length", "lee", when)
	Must(t, err)
	Equal(t, "first words", got.Original, u.Text)
	got, err = s.CorrectText(t.Context(), u.Key, u.Text, "lee", when)
	Must(t, err)
	Equal(t, "put back", got, u)
	//nolint:gocritic // blanks are what is tried
	for text, want := range map[string]error{" \n ": models.ErrInvalid, strings.Repeat("x", 4001): models.ErrInvalid} {
		if _, err := s.CorrectText(t.Context(), u.Key, text, "x", when); !errors.Is(err, want) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	if _, err := s.CorrectText(t.Context(), Clip("s1", 1, 9, nil).Key, "x", "x", when); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
}

func testSummaryIsKeptAndReplaced(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	_, err := s.Summary(t.Context(), "s1", models.SummarySession)
	WantErr(t, "before there is one", err, models.ErrNotFound)
	for _, text := range []string{"Ana on coffee", "Ana on \x00 \u202e tea \"'"} {
		want := Summary("s1", text)
		Must(t, s.PutSummary(t.Context(), want))
		got, err := s.Summary(t.Context(), "s1", models.SummarySession)
		Must(t, err)
		Equal(t, "summary", got, want)
	}
	_, err = s.Summary(t.Context(), "s1", models.SummaryRecap)
	WantErr(t, "the other kind", err, models.ErrNotFound)
	WantErr(t, "no such session", s.PutSummary(t.Context(), Summary("s2", "x")), models.ErrNotFound)
	wrong := Summary("s1", "x")
	wrong.Kind = "poem"
	WantErr(t, "unknown kind", s.PutSummary(t.Context(), wrong), models.ErrInvalid)
}

// Summary is a summary of a session with one cited line.
func Summary(session, text string) models.Summary {
	cite := models.Key{Session: session, Epoch: 1, Track: "t1", Seq: 1}
	return models.Summary{
		Session: session, Kind: models.SummarySession, Headline: text,
		Chapters:  []models.Chapter{{Title: text, EndMS: 1900, Cites: []models.Key{cite}}},
		Decisions: []models.SummaryItem{{Text: text, SpeakerID: "ana", StartMS: 1000, EndMS: 1900, Cites: []models.Key{cite}}},
		Talk:      []models.TalkShare{{SpeakerID: "ana", SpeakerName: "Ana", TalkMS: 700, Turns: 1}},
		Digest: models.ModerationDigest{
			Flags: 1, Open: 1, ByRule: map[string]int{"scam": 1}, Actions: map[models.Verb]int{models.VerbMute: 1},
		},
		Lines: 9, LeftOut: 1, UntilMS: 1900, Basis: "ab12", Created: Start,
	}
}

// testModeratedOnly: of a session that is only moderated, no words but the flagged ones are stored, and no audio.
func testModeratedOnly(t *testing.T, s suite) {
	ctx := t.Context()
	_, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "r", Started: Start, ModerateOnly: true})
	Must(t, err)
	c := Clip("s1", 1, 1, []byte("sound"))
	Must(t, s.PutClip(ctx, c))
	u := Line(c, "buy my coin", models.Word{Text: "coin", StartMS: 1300, EndMS: 1500, P: 0.5})
	f := Flag(u, "scam")
	Must(t, s.Put(ctx, Record(u, []models.Flag{f}, &models.Evidence{Utterance: u.Key, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)})))
	got, err := s.Utterance(ctx, u.Key)
	Must(t, err)
	Equal(t, "text", got.Text, "")
	Equal(t, "words", got.Words, []models.Word(nil))
	flag, err := s.Flag(ctx, f.ID)
	Must(t, err)
	Equal(t, "the words that were flagged", flag.Matched, u.Words)
	clips, err := s.SessionEvidence(ctx, "s1", Start)
	Must(t, err)
	Equal(t, "clips", len(clips), 0)
	failed := Line(Clip("s1", 1, 2, []byte("sound")), "")
	failed.State = models.UtteranceFailed
	Must(t, s.PutClip(ctx, Clip("s1", 1, 2, []byte("sound"))))
	Must(t, s.Put(ctx, Record(failed, nil)))
	_, err = s.Clip(ctx, failed.Key)
	WantErr(t, "sound that could not be decoded", err, models.ErrNotFound)
}
