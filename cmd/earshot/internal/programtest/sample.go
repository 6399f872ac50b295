package programtest

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// WriteSample stores a finished session with all that can be shown, and a live, empty one.
func WriteSample(dir string) error {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, dir+"/earshot.db")
	if err != nil {
		return err
	}
	return errors.Join(WriteSampleTo(ctx, store), store.Close())
}

// WriteSampleTo is WriteSample for a store that is open.
func WriteSampleTo(ctx context.Context, store store.Store) error {
	start := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	_, err1 := store.StartSession(ctx, models.Session{
		ID: "open-mic-1", Room: "open-mic", Name: "Open mic\x1b[2J", Started: start, Model: "tiny.en", Rules: "open-mic@3f9c21",
	})
	_, err2 := store.StartSession(ctx, models.Session{ID: "open-book", Room: "book", Started: start.Add(time.Hour)})
	return errors.Join(
		err1, err2,
		store.PutSpeaker(ctx, models.Speaker{Session: "open-mic-1", ID: "a", Name: "Ana", Role: models.RoleHost}),
		say(ctx, store, "a", "Ana", 1, 12_000, "Welcome everyone to the room.", nil),
		say(ctx, store, "b", "Benjamin", 1, 15_500, "Buy my coin, guaranteed profit.", []string{"scam.guaranteed"}),
		say(ctx, store, "a", "Ana", 2, 19_000, "", nil),
		say(ctx, store, "a", "Ana", 3, 61_000, "Thank you.", nil),
		store.PutGap(
			ctx,
			models.Gap{
				Session: "open-mic-1", SpeakerID: "b", SpeakerName: "Benjamin", StartMS: 30_000, EndMS: 33_000, LostMS: 2100,
				Cause: models.GapLoss,
			},
		),
		store.EndSession(ctx, "open-mic-1", models.EndRoomClosed, start.Add(31*time.Minute+4*time.Second)),
	)
}

// say stores a line the way the bot does: its clip first, then the transcript with its flags.
func say(ctx context.Context, store store.Store, id, name string, seq int, ms int64, text string, rules []string) error {
	key := models.Key{Session: "open-mic-1", Epoch: 1, Track: "t-" + id, Seq: seq}
	clip := models.Clip{
		Key: key, SpeakerID: id, SpeakerName: name, Attribution: models.AttributionTrack,
		StartMS: ms, EndMS: ms + 2000, Opus: []byte{1}, VoicedMS: 1500,
	}
	u := models.Utterance{
		Key: key, SpeakerID: id, SpeakerName: name, Attribution: models.AttributionTrack, StartMS: ms, EndMS: ms + 2000,
		Text: text, State: models.UtteranceOK, VoicedMS: 1500, Model: "tiny.en",
	}
	if seq == 3 {
		u.Doubt = []models.Doubt{models.DoubtPhantom}
	}
	var flags []models.Flag
	for _, r := range rules {
		flags = append(flags, models.Flag{
			ID: r + key.String(), Session: key.Session, Utterance: key, SpeakerID: id, SpeakerName: name, Rule: r,
			Pack: "open-mic", Level: models.LevelHigh, Mode: models.ModeSuggest, StartMS: ms, EndMS: ms + 2000,
			Status: models.FlagOpen, Created: time.Date(2026, 3, 1, 20, 1, 0, 0, time.UTC),
		})
	}
	return errors.Join(store.PutClip(ctx, clip), store.Put(ctx, models.Record{Session: u.Session, Utterance: &u, Flags: flags}))
}
