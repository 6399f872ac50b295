package live

import (
	"context"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"earshot/bot/audio"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/engine"
)

// scene is a running session with a database of its own, and a queue and viewers that only record.
type scene struct {
	*Sessions
	Hosts
	t     testing.TB
	store *sqlite.Store
	j     *Session

	mu     sync.Mutex
	events []models.Event
	again  []func(models.Utterance)
	seq    int
}

func (s *scene) Submit(models.Clip) {}

// Again records a request to decode again; the test answers it.
func (s *scene) Again(_ models.Clip, done func(models.Utterance)) bool {
	s.again = append(s.again, done)
	return true
}

func (s *scene) Publish(e models.Event) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	return uint64(len(s.events))
}

// nobody discards counts.
type nobody struct{}

func (nobody) Heard(models.Clip)                      {}
func (nobody) Missed(models.Gap)                      {}
func (nobody) Stored(models.Utterance, []models.Flag) {}
func (nobody) Flagged([]models.Flag)                  {}
func (nobody) Acted(models.Action)                    {}

// newScene starts a session with rules that began ten seconds ago.
func newScene(t testing.TB, rules string, packs fs.FS) *scene {
	t.Helper()
	if packs == nil {
		packs = fstest.MapFS{}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "room.yaml")
	write(t, file, rules)
	set, err := engine.Load(engine.LoadOptions{FS: packs}, file)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	session, err := store.StartSession(
		t.Context(), models.Session{ID: "s1", Room: "r1", Name: "Room", Started: time.Now().Add(-10 * time.Second)},
	)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, store: store}
	s.Sessions = New(Config{
		Store: store, Policies: map[string]Policy{
			"": {set, Keep{For: time.Hour, Before: 2 * time.Second, After: 2 * time.Second}, true},
		},
		Under: func(id string, epoch int, past func()) Store { return store.Under(id, epoch, past) },
		Show:  s, Count: nobody{}, Quota: NewQuota(store, 1024), Sounds: audio.OggFiles{}, Log: slog.New(slog.DiscardHandler),
	})
	s.Into(s)
	s.Hosts = s.Sessions.Hosts()
	if s.j, err = s.Session(t.Context(), session.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

// attend puts the bot into the session's room until the context ends.
func (s *scene) attend(ctx context.Context, room *room.Room) error {
	return s.j.Enter(room, restrict.New(restrict.Config{
		Store: s.store, Actions: s.store, Room: room, RoomID: "r1", Told: s.Acted, Log: slog.New(slog.DiscardHandler),
	})).Run(ctx)
}

// line is what Ana said from a given time, 200 ms per word.
func (s *scene) line(startMS int64, text string) models.Utterance {
	s.seq++
	u := models.Utterance{
		Key: models.Key{Session: "s1", Epoch: s.j.session.Epoch, Track: "mic", Seq: s.seq}, SpeakerID: "ana", SpeakerName: "Ana",
		Attribution: models.AttributionTrack, State: models.UtteranceOK, StartMS: startMS, Text: text, LogProb: -0.1, Model: "m",
	}
	at := startMS
	for w := range strings.FieldsSeq(text) {
		u.Words = append(u.Words, models.Word{Text: w, StartMS: at, EndMS: at + 200, P: 0.95})
		at += 200
	}
	u.EndMS, u.VoicedMS = at, at-startMS
	return u
}

// say spools a line's audio and submits the line.
func (s *scene) say(u models.Utterance, opus []byte) {
	s.t.Helper()
	c := models.Clip{Key: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName, StartMS: u.StartMS, EndMS: u.EndMS, Opus: opus}
	if err := s.j.Clip(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Done(s.t.Context(), u); err != nil {
		s.t.Fatal(err)
	}
}

// flags returns the flags of the session.
func (s *scene) flags() []models.Flag {
	s.t.Helper()
	flags, err := s.store.Flags(s.t.Context(), "s1")
	if err != nil {
		s.t.Fatal(err)
	}
	return flags
}

// evidence returns the audio kept of a line.
func (s *scene) kept(k models.Key) (models.Evidence, []float32) {
	s.t.Helper()
	e, err := s.store.Evidence(s.t.Context(), models.EvidenceID(k), time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	pcm, err := audio.ReadOggOpus(strings.NewReader(string(e.Ogg)))
	if err != nil {
		s.t.Fatal(err)
	}
	return e, pcm
}

// microphone is Ana's track, with its audio in memory. Each second has a pitch of its own: 300 Hz and 100 Hz more for each.
type microphone struct {
	t     *testing.T
	ring  *audio.Ring
	track *audio.Track
	enc   *audio.Encoder
	n     int // packets
}

func newMicrophone(t *testing.T) *microphone {
	t.Helper()
	m := &microphone{t: t, ring: audio.NewRing(30 * time.Second)}
	var err error
	m.track, err = audio.NewTrack(audio.TrackConfig{Session: "s1", Track: "mic", SpeakerID: "ana", Ring: m.ring}, m)
	if err == nil {
		m.enc, err = audio.NewEncoder(audio.EncoderConfig{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (*microphone) Clip(models.Clip) {}
func (*microphone) Gap(models.Gap)   {}

// until sends audio up to a time of the session, in ms.
func (m *microphone) until(ms int) {
	for ; m.n < ms/20; m.n++ {
		pcm := make([]float32, 960)
		hz := 300 + 100*float64(m.n/50)
		for i := range pcm {
			pcm[i] = float32(0.2 * math.Sin(2*math.Pi*hz*float64(m.n*960+i)/48000))
		}
		b, err := m.enc.Encode(pcm)
		if err != nil {
			m.t.Fatal(err)
		}
		at := time.Duration(m.n+1) * 20 * time.Millisecond
		m.track.Push(audio.Packet{SSRC: 1, Seq: uint16(m.n), Timestamp: uint32(m.n * 960), Payload: b}, at)
	}
}

// Recent implements Memory.
func (m *microphone) Recent(speaker, track string, from, to int64) ([]byte, int64, int64) {
	if speaker != "ana" || track != "mic" {
		return nil, 0, 0
	}
	return m.ring.Clip(from, to)
}

// clip is the audio between two times, as stored in the spool.
func (m *microphone) clip(from, to int64) []byte {
	opus, _, _ := m.ring.Clip(from, to)
	return opus
}

// secondOf returns which second of the microphone's audio is in the middle of 400 ms, by its pitch; -1 for none.
func secondOf(pcm []float32) int {
	crossings := 0
	for i := 1; i < 6400; i++ {
		if pcm[i-1] < 0 && pcm[i] >= 0 {
			crossings++
		}
	}
	hz := float64(crossings) / 0.4
	return int(math.Round((hz - 300) / 100))
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// there is a room that the bot is in.
type there struct{ Room }

func (there) Inside() bool { return true }

// isThere puts the bot into the session's room, in which nothing happens.
func (s *scene) isThere() { s.env.places.enter(&place{session: s.j.session, room: there{}}) }

// uses makes all sessions use another store.
func (s *scene) uses(store Store) {
	s.env.store, s.env.under = store, nil
	for _, x := range s.Sessions.sessions {
		x.store = store
	}
}
