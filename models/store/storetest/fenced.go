package storetest

import (
	"context"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// write is one way in which a running session writes.
type write struct {
	name string
	do   func(ctx context.Context, s store.Live) error
}

// writes are all ways in which a running session writes to the store.
func writes(u models.Utterance) []write {
	c := Clip("s1", 1, 7, []byte("sound"))
	line := Line(Clip("s1", 1, 8, nil), "words")
	action := models.Action{ID: "a1", Session: "s1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionSeen}
	restriction := models.Restriction{Room: "open-mic", Person: "ben", Verb: models.VerbMute, Since: Start}
	return []write{
		{"clip", func(ctx context.Context, s store.Live) error { return s.PutClip(ctx, c) }},
		{"line with flags", func(ctx context.Context, s store.Live) error {
			return s.Put(ctx, Record(line, []models.Flag{Flag(line, "r")}))
		}},
		{"verdict", func(ctx context.Context, s store.Live) error {
			return s.Put(ctx, models.Record{Session: "s1", Decisions: []models.Decision{{ID: "d9", Session: "s1"}}})
		}},
		{"gap", func(ctx context.Context, s store.Live) error {
			return s.PutGap(ctx, models.Gap{Session: "s1", StartMS: 1, EndMS: 2, Cause: models.GapCut})
		}},
		{"speaker", func(ctx context.Context, s store.Live) error {
			return s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "zoe", Name: "Zoe"})
		}},
		{"attempt", func(ctx context.Context, s store.Live) error {
			_, err := s.NoteAttempt(ctx, Clip("s1", 1, 9, nil).Key)
			return err
		}},
		{"action", func(ctx context.Context, s store.Live) error { return s.SetAction(ctx, action) }},
		{"restriction", func(ctx context.Context, s store.Live) error { return s.PutRestriction(ctx, restriction) }},
		{"end of a restriction", func(ctx context.Context, s store.Live) error {
			return s.EndRestriction(ctx, "open-mic", "ana", models.VerbMute)
		}},
		{"consent", func(ctx context.Context, s store.Live) error {
			return s.PutConsent(ctx, models.Consent{Session: "s1", SpeakerID: "ana", What: models.ConsentObjected})
		}},
		{"pause", func(ctx context.Context, s store.Live) error { return s.SetPaused(ctx, "open-mic", true, "kim", Start) }},
		{"room notice", func(ctx context.Context, s store.Live) error {
			return s.PutRoomNotice(ctx, "s1", models.NoticeDeaf, "ana")
		}},
		{"telling", func(ctx context.Context, s store.Live) error { return s.Tell(ctx, "t1", "s1", u.Key.String()+":r", "") }},
		{"evidence", func(ctx context.Context, s store.Live) error {
			return s.ReplaceEvidence(ctx, models.Evidence{Utterance: u.Key, Ogg: []byte("x"), Expires: Start.Add(48 * time.Hour)})
		}},
		{"redaction", func(ctx context.Context, s store.Live) error {
			_, err := s.RedactLine(ctx, models.LineRedaction{Key: u.Key, Words: []int{0}, By: "kim"})
			return err
		}},
		{"flag's status", func(ctx context.Context, s store.Live) error {
			_, err := s.SetFlagStatus(ctx, u.Key.String()+":r", models.FlagConfirmed, "kim", Start)
			return err
		}},
		{"end", func(ctx context.Context, s store.Live) error { return s.EndSession(ctx, "s1", models.EndLeft, s1End) }},
	}
}

var s1End = Start.Add(time.Minute)

// testFenced: once a session has been continued under the next epoch, nothing that the process of the previous epoch writes has an
// effect, and it is told so.
func testFenced(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	u := Line(Clip("s1", 1, 1, nil), "words")
	u.Words = []models.Word{{Text: "words", StartMS: u.StartMS, EndMS: u.EndMS, P: 1}}
	Must(t, s.Put(ctx, Record(u, []models.Flag{Flag(u, "r")})))
	Must(t, s.PutClip(ctx, Clip("s1", 1, 9, []byte("waits"))))
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana"}))
	Must(t, s.Put(ctx, models.Record{Session: "s1", Actions: []models.Action{{
		ID: "a1", Session: "s1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionPlanned, Created: Start,
	}}}))
	Must(t, s.PutRestriction(ctx, models.Restriction{Room: "open-mic", Person: "ana", Verb: models.VerbMute, Since: Start}))
	told := 0
	zombie := s.Under("s1", 1, func() { told++ })
	Must(t, zombie.Stored(ctx, "s1"))
	Must(t, zombie.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ben", Name: "Ben"}))
	_, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "open-mic"})
	Must(t, err)
	owner := s.Under("s1", 2, func() { t.Error("the owner was told that its epoch is past") })
	before := everything(t, s)
	all := writes(u)
	for _, w := range all {
		WantErr(t, w.name, w.do(ctx, zombie), store.ErrFenced)
	}
	WantErr(t, "Stored", zombie.Stored(ctx, "s1"), store.ErrFenced)
	Equal(t, "times told", told, len(all)+1)
	Equal(t, "the record", everything(t, s), before)
	Must(t, zombie.NoteLosses("s1", []models.Loss{{
		Key: Clip("s1", 1, 11, nil).Key, Gap: models.Gap{Session: "s1", StartMS: 5, EndMS: 6, Cause: models.GapFault}, Settled: true,
	}}))
	Must(t, s.TryWriting(ctx))
	Equal(t, "the record", everything(t, s), before)
	for _, w := range all {
		if err := w.do(ctx, owner); err != nil && w.name != "evidence" { // there is none to replace
			t.Errorf("the owner's %s: %v", w.name, err)
		}
	}
	none := s.Under("nowhere", 1, nil)
	WantErr(t, "of no session", none.PutGap(ctx, models.Gap{Session: "nowhere"}), models.ErrNotFound)
}

// everything is all that is stored of session s1 and its room.
type everythingStored struct {
	Snapshot     models.Snapshot
	Restrictions []models.Restriction
	Consents     []models.Consent
	PausedBy     string
	Spool        models.SpoolUsage
	Clip         models.Clip
}

func everything(t *testing.T, s suite) (e everythingStored) {
	t.Helper()
	ctx := t.Context()
	var err error
	e.Snapshot, err = s.Snapshot(ctx, models.SnapshotQuery{Session: "s1", Words: true, Now: Start})
	Must(t, err)
	e.Restrictions, err = s.Restrictions(ctx, "open-mic")
	Must(t, err)
	e.Consents, err = s.Consents(ctx, "s1", "", "", 0)
	Must(t, err)
	e.PausedBy, err = s.PausedBy(ctx, "open-mic")
	Must(t, err)
	e.Spool, err = s.SpoolUsage(ctx)
	Must(t, err)
	e.Clip, err = s.Clip(ctx, Clip("s1", 1, 9, nil).Key)
	Must(t, err)
	return e
}
