package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"earshot/models"
	"earshot/models/store"
)

// Start is when the sessions of tests began.
var Start = time.Date(2026, 11, 1, 19, 30, 0, 0, time.UTC)

// StartSession stores a session in the room open-mic that began at Start.
func StartSession(t testing.TB, s store.Sessions, id string) models.Session {
	t.Helper()
	session, err := s.StartSession(t.Context(), models.Session{
		ID: id, Room: "open-mic", Name: "Open mic", URL: "lounge://127.0.0.1:1/open-mic",
		Started: Start, Model: "tiny.en", Rules: "open-mic@3f9c21",
	})
	Must(t, err)
	return session
}

// Clip is a clip of Ana's speech, one second for each seq.
func Clip(session string, epoch, seq int, sound []byte) models.Clip {
	return models.Clip{
		Key:       models.Key{Session: session, Epoch: epoch, Track: "t1", Seq: seq},
		SpeakerID: "ana", SpeakerName: "Ana", Attribution: models.AttributionTrack,
		StartMS: int64(seq) * 1000, EndMS: int64(seq)*1000 + 900, Opus: sound,
		VoicedMS: 700, ConcealedMS: 20, LevelDBFS: -23.5, Forced: seq%2 == 0,
	}
}

// Line is the transcript of c.
func Line(c models.Clip, text string, words ...models.Word) models.Utterance {
	return models.Utterance{
		Key: c.Key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution,
		StartMS: c.StartMS, EndMS: c.EndMS, Text: text, Words: words, Language: "en", State: models.UtteranceOK,
		LogProb: -0.3125, NoSpeech: 0.01, VoicedMS: c.VoicedMS, ConcealedMS: c.ConcealedMS, LevelDBFS: c.LevelDBFS,
		Model: "tiny.en", LateMS: 420, Committed: Start.Add(time.Duration(c.EndMS+420) * time.Millisecond),
	}
}

// Flag is an open flag of a line, of a high level and by a rule in mode suggest.
func Flag(u models.Utterance, rule string) models.Flag {
	return models.Flag{
		ID: u.Key.String() + ":" + rule, Session: u.Session, Utterance: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName,
		Rule: rule, Pack: "scams.en", Hash: "ab12cd", Level: models.LevelHigh, Mode: models.ModeSuggest, Title: "Scam: " + rule,
		Matched: u.Words, StartMS: u.StartMS, EndMS: u.EndMS, Why: "matched a phrase of scams.en",
		Status: models.FlagOpen, Created: u.Committed,
	}
}

// Record is a line with its flags and, if kept, its audio, as stored.
func Record(u models.Utterance, flags []models.Flag, sound ...*models.Evidence) models.Record {
	r := models.Record{Session: u.Session, Utterance: &u, Flags: flags}
	if len(sound) > 0 {
		r.Evidence = sound[0]
	}
	return r
}

// PutLine stores a line of Ana's with flags by some rules.
func PutLine(t testing.TB, s store.Records, session string, seq int, text string, rules ...string) models.Utterance {
	t.Helper()
	u := Line(Clip(session, 1, seq, nil), text)
	var flags []models.Flag
	for _, r := range rules {
		flags = append(flags, Flag(u, r))
	}
	Must(t, s.Put(context.WithoutCancel(t.Context()), Record(u, flags)))
	return u
}

// Pending returns the clips that wait for decoding, with their audio.
func Pending(t testing.TB, s store.Spool) (all []models.Clip) {
	t.Helper()
	keys, err := s.PendingKeys(t.Context())
	Must(t, err)
	for _, k := range keys {
		c, err := s.Clip(t.Context(), k)
		if !errors.Is(err, models.ErrNotFound) { // it was decoded meanwhile
			Must(t, err)
			all = append(all, c)
		}
	}
	return all
}

// Object records, in a session of its own, that somebody objects to being transcribed in a room, or withdraws that.
func Object(t testing.TB, s store.Store, room, who string, what models.ConsentWhat, when time.Time) {
	t.Helper()
	id := fmt.Sprintf("wish-%s-%s", what, models.PersonMark(room))
	_, err := s.StartSession(t.Context(), models.Session{ID: id, Room: room, Started: when})
	Must(t, err)
	Must(t, s.PutConsent(t.Context(), models.Consent{Session: id, SpeakerID: who, What: what, At: when}))
}

// Must ends a test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Equal compares values; nil and empty are equal.
func Equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// WantErr requires an error that wraps another.
func WantErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}
