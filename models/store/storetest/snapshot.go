package storetest

import (
	"testing"
	"time"

	"earshot/models"
)

// testSnapshot: a snapshot contains the same as its parts read one by one.
func testSnapshot(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	Must(t, s.PutSpeaker(ctx, models.Speaker{Session: "s1", ID: "ana", Name: "Ana"}))
	Must(t, s.PutGap(ctx, models.Gap{Session: "s1", SpeakerID: "ana", StartMS: 1, EndMS: 9, Cause: models.GapLoss}))
	Must(t, s.PutSummary(ctx, models.Summary{Session: "s1", Kind: models.SummaryRecap, Headline: "Ana spoke."}))
	u := Line(Clip("s1", 1, 1, nil), "Hello there.")
	f := Flag(u, "greeting")
	r := Record(u, []models.Flag{f})
	r.Decisions = []models.Decision{{ID: "d1", Session: "s1", Flag: f.ID, SpeakerID: "ana", Created: Start}}
	r.Actions = []models.Action{{
		ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, TargetID: "ana", State: models.ActionPlanned, Created: Start,
	}}
	Must(t, s.Put(ctx, r))

	want := models.Snapshot{Names: map[string]string{}}
	info, err := s.Session(ctx, "s1")
	Must(t, err)
	want.Session = info.Session
	want.Speakers, err = s.Speakers(ctx, "s1")
	Must(t, err)
	want.Flags, err = s.Flags(ctx, "s1")
	Must(t, err)
	want.Decisions, err = s.Decisions(ctx, "s1")
	Must(t, err)
	want.Actions, err = s.Actions(ctx, "s1")
	Must(t, err)
	recap, err := s.Summary(ctx, "s1", models.SummaryRecap)
	Must(t, err)
	want.Summaries = []models.Summary{recap}
	got, err := s.Snapshot(ctx, models.SnapshotQuery{Session: "s1", Now: Start})
	Must(t, err)
	Equal(t, "without words", got, want)

	want.Lines, err = s.Utterances(ctx, "s1")
	Must(t, err)
	want.Gaps, err = s.Gaps(ctx, "s1")
	Must(t, err)
	got, err = s.Snapshot(ctx, models.SnapshotQuery{Session: "s1", Only: models.OnlyRooms(info.Room), Now: Start, Words: true})
	Must(t, err)
	Equal(t, "with words", got, want)
	snapshotClips(t, s, f)
	snapshotFollowed(t, s)
}

// snapshotFollowed: a session links to the next one in its room, and to none in another.
func snapshotFollowed(t *testing.T, s suite) {
	ctx := t.Context()
	for id, room := range map[string]string{"s2": "kitchen", "s3": "attic", "s4": "kitchen"} {
		started := Start.Add(map[string]time.Duration{"s2": time.Hour, "s3": 2 * time.Hour, "s4": 3 * time.Hour}[id])
		_, err := s.StartSession(ctx, models.Session{ID: id, Room: room, Name: room, Started: started})
		Must(t, err)
	}
	for id, want := range map[string]string{"s2": "s4", "s3": "", "s4": ""} {
		got, err := s.Snapshot(ctx, models.SnapshotQuery{Session: id, Now: Start})
		Must(t, err)
		Equal(t, "after "+id, got.Follows, want)
	}
}

// snapshotClips: a snapshot lists the clips of flagged lines, without their audio, until they expire.
func snapshotClips(t *testing.T, s suite, f models.Flag) {
	ctx := t.Context()
	u := Line(Clip("s1", 1, 2, nil), "Hello there.")
	f = Flag(u, f.Rule)
	e := models.Evidence{Utterance: u.Key, StartMS: 900, EndMS: 2000, Peaks: []byte{1, 2}, Ogg: []byte("OggS"), Expires: Start.Add(time.Hour)}
	Must(t, s.Put(ctx, Record(u, []models.Flag{f}, &e)))
	e.ID, e.Ogg = models.EvidenceID(u.Key), nil
	for _, c := range []struct {
		what string
		now  time.Time
		want []models.Evidence
	}{{"kept", Start, []models.Evidence{e}}, {"expired", Start.Add(time.Hour), nil}} {
		got, err := s.Snapshot(ctx, models.SnapshotQuery{Session: "s1", Now: c.now})
		Must(t, err)
		Equal(t, c.what, got.Clips, c.want)
	}
}

// testSessionIn: a session of another room is not found, nor is its snapshot.
func testSessionIn(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	info, err := s.Session(ctx, "s1")
	Must(t, err)
	for what, c := range map[string]struct {
		session string
		only    models.RoomSet
		found   bool
	}{
		"all rooms":    {"s1", models.RoomSet{}, true},
		"its room":     {"s1", models.OnlyRooms("elsewhere", info.Room), true},
		"another room": {"s1", models.OnlyRooms("elsewhere"), false},
		"no room":      {"s1", models.OnlyRooms(), false},
		"no session":   {"none", models.RoomSet{}, false},
	} {
		session, err := s.SessionIn(ctx, c.session, c.only)
		snapshot, snapshotErr := s.Snapshot(ctx, models.SnapshotQuery{Session: c.session, Only: c.only, Now: Start})
		if !c.found {
			WantErr(t, what, err, models.ErrNotFound)
			WantErr(t, what+": snapshot", snapshotErr, models.ErrNotFound)
			Equal(t, what+": snapshot", snapshot.Session.ID, "")
			continue
		}
		Must(t, err)
		Must(t, snapshotErr)
		Equal(t, what, session, info.Session)
		Equal(t, what+": snapshot", snapshot.Session, info.Session)
	}
}
