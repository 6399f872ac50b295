package storetest

import (
	"fmt"
	"testing"
	"time"

	"earshot/models"
)

func testDelete(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	u := Line(Clip("s1", 1, 1, nil), "unforgettable")
	Must(t, s.Put(ctx, Record(u, []models.Flag{Flag(u, "a")})))
	Must(t, s.PutClip(ctx, Clip("s1", 1, 2, []byte("x"))))
	Must(t, s.PutGap(ctx, models.Gap{Session: "s1", Cause: models.GapCut}))
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	_, err := s.Session(ctx, "s1")
	WantErr(t, "Session", err, models.ErrNotFound)
	WantErr(t, "a late line", s.Put(ctx, Record(u, nil)), models.ErrNotFound)
	WantErr(t, "a second time", s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}), models.ErrNotFound)
	page, err := s.Search(ctx, models.SearchQuery{Text: "unforgettable"})
	Must(t, err)
	Equal(t, "hits", len(page.Hits), 0)
	Equal(t, "pending", len(Pending(t, s)), 0)
	open, err := openFlags(ctx, s)
	Must(t, err)
	Equal(t, "open flags", len(open), 0)
	again, err := s.StartSession(ctx, models.Session{ID: "s1", Started: Start})
	Must(t, err)
	Equal(t, "the id may be used anew", again.Epoch, 1)
}

// testErasedPerson: everything about one person is removed, including summaries that may quote them and the name that a host gave;
// everything about others stays.
func testErasedPerson(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	for seq, who := range []string{"ana", "ben"} {
		c := Clip("s1", 1, seq+1, []byte("sound"))
		c.SpeakerID, c.SpeakerName = who, who
		u := Line(c, "words of "+who, models.Word{Text: who, P: 0.5})
		e := models.Evidence{Utterance: u.Key, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)}
		Must(t, s.Put(ctx, Record(u, []models.Flag{Flag(u, "r")}, &e)))
		Must(t, s.PutGap(ctx, models.Gap{Session: "s1", SpeakerID: who, StartMS: 1, EndMS: 2, Cause: models.GapLoss}))
		Must(t, s.NamePerson(ctx, "open-mic", who, who+" given", "kim", Start))
	}
	Must(t, s.PutSummary(ctx, Summary("s1", "ana and ben")))
	held := func(who string) string {
		r, err := s.PersonRecord(ctx, who, "")
		if err != nil {
			WantErr(t, who, err, models.ErrNotFound)
			return "nothing"
		}
		names, err := s.Names(ctx, "open-mic")
		Must(t, err)
		return fmt.Sprint(len(r.Utterances), len(r.Flags), len(r.Gaps), r.Sessions[0].Clips, " ", names[who])
	}
	Equal(t, "before", held("ana"), "1 1 1 1 ana given")
	Must(t, s.ErasePerson(ctx, "open-mic", "ana", "kim"))
	Equal(t, "ana", held("ana"), "nothing")
	Equal(t, "ben", held("ben"), "1 1 1 1 ben given")
	_, err := s.Summary(ctx, "s1", models.SummarySession)
	WantErr(t, "the summary", err, models.ErrNotFound)
	WantErr(t, "again", s.ErasePerson(ctx, "open-mic", "ana", "kim"), models.ErrNotFound)
	stale, err := s.StaleFiles(ctx, "")
	Must(t, err)
	Equal(t, "sessions with stale files", stale, []string{"s1"})
	Must(t, s.FilesRemoved(ctx, "s1", ""))
	stale, err = s.StaleFiles(ctx, "")
	Must(t, err)
	Equal(t, "after they were removed", len(stale), 0)
}

// testPlaces: a session's files are in several folders, and each is listed with what is to be removed until it is gone there.
func testPlaces(t *testing.T, s suite) {
	ctx := t.Context()
	for _, id := range []string{"s1", "s2"} {
		StartSession(t, s, id)
		u := Line(Clip(id, 1, 1, nil), "words", models.Word{Text: "words", P: 0.5})
		e := models.Evidence{Utterance: u.Key, EndMS: u.EndMS, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)}
		Must(t, s.Put(ctx, Record(u, []models.Flag{Flag(u, "r")}, &e)))
		Must(t, s.EndSession(ctx, id, models.EndLeft, Start.Add(time.Hour)))
	}
	for _, place := range []string{"east", "west", "west"} {
		Must(t, s.NoteExport(ctx, "s1", place))
	}
	due := func(place string) string {
		files, err := s.StaleFiles(ctx, place)
		Must(t, err)
		sounds, err := s.StaleSounds(ctx, place)
		Must(t, err)
		n, err := s.ExportsWaiting(ctx)
		Must(t, err)
		return fmt.Sprint(files, sounds, n)
	}
	Equal(t, "nothing removed", due("east"), "[] [] 0")
	_, err := s.ExpireEvidence(ctx, Start.Add(2*time.Hour))
	Must(t, err)
	for place, want := range map[string]string{"east": "[] [s1 s2] 1", "west": "[] [s1 s2] 1", "": "[] [s2] 1", "north": "[] [s2] 1"} {
		Equal(t, "sound expired, in "+place, due(place), want)
	}
	Must(t, s.SoundsRemoved(ctx, "s1", "east"))
	Must(t, s.SoundsRemoved(ctx, "s2", "east"))
	Equal(t, "removed there", due("east"), "[] [] 1")
	Equal(t, "and not here", due("west"), "[] [s1] 1")
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1", By: "kim"}))
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s2", By: "kim"}))
	Equal(t, "erased, in east", due("east"), "[s1 s2] [] 1")
	Equal(t, "erased, in west", due("west"), "[s1 s2] [] 1")
	Equal(t, "erased, elsewhere", due(""), "[s2] [] 1")
	Must(t, s.SoundsRemoved(ctx, "s1", "west")) // by who looked before
	Must(t, s.FilesRemoved(ctx, "s1", "west"))
	Must(t, s.FilesRemoved(ctx, "s2", "west"))
	Equal(t, "gone from west", due("west"), "[] [] 1")
	Equal(t, "still in east", due("east"), "[s1] [] 1")
	Must(t, s.FilesRemoved(ctx, "s1", "east"))
	Equal(t, "gone", due("east"), "[] [] 0")
}

// testSweep: audio, words and flags expire independently, and a session of which nothing is left is removed too.
func testSweep(t *testing.T, s suite) {
	ctx := t.Context()
	const day = 24 * time.Hour
	StartSession(t, s, "s1")
	u := Line(Clip("s1", 1, 1, nil), "words", models.Word{Text: "words", P: 0.5})
	e := models.Evidence{Utterance: u.Key, EndMS: u.EndMS, Ogg: []byte("OggS"), Expires: Start.Add(365 * day)}
	Must(t, s.Put(ctx, Record(u, []models.Flag{Flag(u, "r")}, &e)))
	Must(t, s.PutClip(ctx, Clip("s1", 1, 2, []byte("never decoded"))))
	Must(t, s.EndSession(ctx, "s1", models.EndLeft, Start.Add(time.Hour)))
	policy := models.RetentionPolicy{Default: models.Retention{Sound: 14 * day, Words: 30 * day, Flags: 180 * day}}
	for _, tt := range []struct {
		age  time.Duration
		want models.Swept
	}{
		{13 * day, models.Swept{}},
		{15 * day, models.Swept{Clips: 2}},
		{31 * day, models.Swept{Utterances: 1, Gaps: 1}}, // the gap of what was never decoded
		{181 * day, models.Swept{Flags: 1, Sessions: 1}},
	} {
		got, err := s.Sweep(ctx, Start.Add(tt.age), policy)
		Must(t, err)
		Equal(t, fmt.Sprintf("after %v", tt.age), got, tt.want)
	}
	_, err := s.Session(ctx, "s1")
	WantErr(t, "the session", err, models.ErrNotFound)
}

// testRemovals: removals are recorded in a chain, in which persons are hashes.
func testRemovals(t *testing.T, s suite) {
	ctx := t.Context()
	last, err := s.CheckRemovals(ctx)
	Must(t, err)
	Equal(t, "before anything was removed", last, "")
	for _, id := range []string{"s1", "s2"} {
		StartSession(t, s, id)
		PutLine(t, s, id, 1, "words")
	}
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1", By: "kim"}))
	Must(t, s.Erase(ctx, models.Erasure{Kind: models.ErasePerson, Target: "ana", Room: "open-mic", By: "lee"}))
	WantErr(t, "nothing of the name", s.Erase(ctx, models.Erasure{Kind: models.EraseRoom, Target: "none", By: "kim"}), models.ErrNotFound)
	WantErr(t, "no such kind", s.Erase(ctx, models.Erasure{Kind: "everything", Target: "x", By: "kim"}), models.ErrInvalid)
	all, err := s.Removals(ctx)
	Must(t, err)
	var got []string
	for _, r := range all {
		got = append(got, fmt.Sprint(r.ID, " ", r.What, " ", r.Target, " by ", r.By))
	}
	Equal(t, "removals", got, []string{"1 session s1 by kim", "2 person " + models.PersonMark("ana") + "@open-mic by lee"})
	last, err = s.CheckRemovals(ctx)
	Must(t, err)
	Equal(t, "the last hash", last, all[1].Hash)
}
