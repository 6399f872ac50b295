package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// childEnv makes the test binary act as a child process that the kill tests stop; its value is the database path.
const childEnv = "EARSHOT_TEST_STORE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := childMain(path, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func openAt(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open: %v (hint: %s)", err, models.Hint(err))
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func open(t testing.TB) *sqlite.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "data", "earshot.db"))
}

var start = time.Date(2026, 11, 1, 19, 30, 0, 0, time.UTC)

func startSession(t testing.TB, s *sqlite.Store, id string) models.Session {
	t.Helper()
	session, err := s.StartSession(t.Context(), models.Session{
		ID: id, Room: "open-mic", Name: "Open mic", URL: "lounge://127.0.0.1:1/open-mic",
		Started: start, Model: "tiny.en", Rules: "open-mic@3f9c21",
	})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func clip(session string, epoch, seq int, sound []byte) models.Clip {
	return models.Clip{
		Key:       models.Key{Session: session, Epoch: epoch, Track: "t1", Seq: seq},
		SpeakerID: "ana", SpeakerName: "Ana", Attribution: models.AttributionTrack,
		StartMS: int64(seq) * 1000, EndMS: int64(seq)*1000 + 900, Opus: sound,
		VoicedMS: 700, ConcealedMS: 20, LevelDBFS: -23.5, Forced: seq%2 == 0,
	}
}

// utterance is what decoding c gave.
func utterance(c models.Clip, text string, words ...models.Word) models.Utterance {
	return models.Utterance{
		Key: c.Key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution,
		StartMS: c.StartMS, EndMS: c.EndMS, Text: text, Words: words, Language: "en", State: models.UtteranceOK,
		LogProb: -0.3125, NoSpeech: 0.01, VoicedMS: c.VoicedMS, ConcealedMS: c.ConcealedMS, LevelDBFS: c.LevelDBFS,
		Model: "tiny.en", LateMS: 420, Committed: start.Add(time.Duration(c.EndMS+420) * time.Millisecond),
	}
}

func flag(u models.Utterance, rule string) models.Flag {
	return models.Flag{
		ID: u.Key.String() + ":" + rule, Session: u.Session, Utterance: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName,
		Rule: rule, Pack: "scams.en", Hash: "ab12cd", Level: models.LevelHigh, Mode: models.ModeSuggest, Title: "Scam: " + rule,
		Matched: u.Words, StartMS: u.StartMS, EndMS: u.EndMS, Why: "matched a phrase of scams.en",
		Status: models.FlagOpen, Created: u.Committed,
	}
}

// record is a line with its flags and, where it is kept, its sound, as it is stored.
func record(u models.Utterance, flags []models.Flag, sound ...*models.Evidence) models.Record {
	r := models.Record{Session: u.Session, Utterance: &u, Flags: flags}
	if len(sound) > 0 {
		r.Evidence = sound[0]
	}
	return r
}

// pending are the clips that wait for decoding, with their sound.
func pending(t testing.TB, s store.Store) (all []models.Clip) {
	t.Helper()
	keys, err := s.PendingKeys(t.Context())
	must(t, err)
	for _, k := range keys {
		c, err := s.Clip(t.Context(), k)
		if !errors.Is(err, models.ErrNotFound) { // it was decoded meanwhile
			must(t, err)
			all = append(all, c)
		}
	}
	return all
}

// object notes in a session of its own that somebody objects to being written down in a room, or takes that back.
func object(t testing.TB, s store.Store, room, who string, what models.ConsentWhat, when time.Time) {
	t.Helper()
	id := fmt.Sprintf("wish-%s-%s", what, models.PersonMark(room))
	_, err := s.StartSession(t.Context(), models.Session{ID: id, Room: room, Started: when})
	must(t, err)
	must(t, s.PutConsent(t.Context(), models.Consent{Session: id, SpeakerID: who, What: what, At: when}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func commitText(t testing.TB, s *sqlite.Store, session string, seq int, text string, rules ...string) models.Utterance {
	t.Helper()
	u := utterance(clip(session, 1, seq, nil), text)
	var flags []models.Flag
	for _, r := range rules {
		flags = append(flags, flag(u, r))
	}
	must(t, s.Put(context.WithoutCancel(t.Context()), record(u, flags)))
	return u
}
