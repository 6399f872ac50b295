//go:build !race

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
	"earshot/moderation/engine"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
)

// parrot is a queue that returns the same words for every clip at once.
type parrot struct{ sessions *live.Sessions }

func (p parrot) Submit(c models.Clip) {
	const text = "You are a stupid idiot and a liar."
	var words []models.Word
	for i, w := range strings.Fields(text) {
		words = append(words, models.Word{Text: w, StartMS: c.StartMS + int64(i)*100, EndMS: c.StartMS + int64(i)*100 + 90, P: 0.9})
	}
	_ = p.sessions.Done(context.Background(), models.Utterance{
		Key: c.Key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution, StartMS: c.StartMS, EndMS: c.EndMS,
		Text: text, Words: words,
		State: models.UtteranceOK, Language: "en", VoicedMS: c.VoicedMS, LevelDBFS: c.LevelDBFS,
	})
}

func (p parrot) Again(models.Clip, func(models.Utterance)) bool { return false }

// caller is a connector of a room in which somebody says one thing, and which ends after a while.
type caller struct {
	packets [][]byte
	stays   time.Duration
}

func (c caller) Run(ctx context.Context, handler bot.RoomHandler) error {
	handler.Joined(bot.Capabilities{Message: true})
	sink := handler.Track(bot.TrackInfo{Track: "t1", SpeakerID: "ben", SpeakerName: "Ben", Attribution: models.AttributionTrack})
	defer sink.End()
	for i, p := range c.packets {
		b := []byte{0x80, 111, byte(i >> 8), byte(i), 0, byte(i * 960 >> 16), byte(i * 960 >> 8), byte(i * 960), 0, 0, 0, 7}
		sink.Packet(append(b, p...), 0)
		time.Sleep(20 * time.Millisecond)
	}
	select {
	case <-time.After(c.stays):
		return bot.End(models.EndRoomClosed, nil)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// load is what a process uses.
type load struct {
	heapKB, walKB  int64
	routines, open int
}

func loadOf(t *testing.T, dir string) load {
	t.Helper()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.Stat(filepath.Join(dir, "earshot.db-wal"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	l := load{heapKB: int64(m.HeapAlloc >> 10), routines: runtime.NumGoroutine(), open: len(fds)}
	if wal != nil {
		l.walKB = wal.Size() >> 10
	}
	return l
}

// TestAWeek joins and leaves two rooms every hour, reloads rules, and keeps data for one day, in simulated time: from the second day
// on nothing grows. It covers three days, or seven if EARSHOT_TEST_LONG is set.
func TestAWeek(t *testing.T) {
	if testing.Short() {
		t.Skip("some days")
	}
	days := 3
	if longTests {
		days = 7
	}
	dir := t.TempDir()
	packets := sentencePackets(t)
	sets := []*engine.Set{}
	for _, level := range []string{"low", "high"} {
		name := filepath.Join(dir, level+".yaml")
		programtest.Write(
			t, name,
			fmt.Sprintf(
				"schema: 1\nprofile: house\nrules:\n  - id: insult\n    when: {says: {phrase: \"stupid idiot\"}}\n    then: [flag: {level: %s, "+
					"title: \"x\"}]\n",
				level,
			),
		)
		set, err := engine.Load(engine.LoadOptions{}, name)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set)
	}
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.DiscardHandler)
		store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
		if err != nil {
			t.Fatal(err)
		}
		hub := events.NewHub(events.HubConfig{})
		d := live.New(live.Config{
			Store: store, Policies: map[string]live.Policy{"": {Rules: sets[0], Keep: live.Keep{For: time.Hour}}}, Show: hub, Count: metrics.New(),
			Quota: live.NewQuota(store, 64), Sounds: audio.OggFiles{}, Log: log,
		})
		d.Into(parrot{d})
		ctx, cancel := context.WithCancel(t.Context())
		kept := make(chan error, 1)
		day := 24 * time.Hour
		policy := models.RetentionPolicy{Default: models.Retention{Sound: day / 2, Words: day, Flags: day}}
		go func() {
			kept <- afterwards.Retention{Store: store, Policy: policy, Log: log, Forgotten: hub.Reset}.Run(ctx)
		}()
		var loads []load
		sessions, began := 0, time.Now()
		for hour := range days * 24 {
			for room := range 2 {
				visitRoom(t, store, d, fmt.Sprintf("room-%d", room), fmt.Sprintf("s-%d-%d", hour, room), packets)
				sessions++
			}
			d.Replace("", sets[hour%2])
			time.Sleep(time.Until(began.Add(time.Duration(hour+1) * time.Hour)))
			if hour%24 == 23 {
				synctest.Wait() // what else was due at this hour is done
				loads = append(loads, loadOf(t, dir))
			}
		}
		cancel()
		if err := errors.Join(<-kept, store.Check(t.Context())); err != nil {
			t.Error(err)
		}
		left, err := store.Sessions(t.Context(), models.SessionQuery{Limit: 1000})
		if err != nil || len(left) < 40 || len(left) > 60 {
			t.Errorf("%d of %d sessions are kept, %v", len(left), sessions, err)
		}
		t.Logf("%d sessions; at the end of each day: %+v", sessions, loads)
		first, last := loads[1], loads[len(loads)-1]
		if last.heapKB > first.heapKB+1024 || last.walKB > first.walKB+1024 || last.routines > first.routines+5 || last.open > first.open+2 {
			t.Errorf("from the second day to the last: %+v to %+v", first, last)
		}
		hub.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// visitRoom runs one stay, from joining to its end.
func visitRoom(t *testing.T, store store.Store, d *live.Sessions, name, id string, packets [][]byte) {
	t.Helper()
	session, err := store.StartSession(t.Context(), models.Session{ID: id, Room: name, Name: name, Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	running, err := d.Begin(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	r, err := room.New(room.Config{
		Room: models.Room{ID: name}, Session: session, Connector: caller{packets, time.Minute}, Sink: running, Observer: running,
		Hold:   30 * time.Second,
		Notice: bot.Notice{Name: "Earshot"},
	})
	if err != nil {
		t.Fatal(err)
	}
	attending, leave := context.WithCancel(t.Context())
	attended := make(chan error, 1)
	keeper := restrict.New(restrict.Config{
		Store: store, Actions: store, Room: r, RoomID: name, Told: d.Acted, Log: slog.New(slog.DiscardHandler),
	})
	go func() { attended <- running.Enter(r, keeper).Run(attending) }()
	reason, _ := r.Run(t.Context()) // with the reason as its error
	leave()
	if err := errors.Join(<-attended, store.EndSession(t.Context(), id, reason, time.Now())); err != nil {
		t.Error(err)
	}
	info, err := store.Session(t.Context(), id)
	if err != nil || info.Utterances == 0 || info.Flags == 0 {
		t.Errorf("%s: %d lines, %d flags, %v", id, info.Utterances, info.Flags, err)
	}
}

// sentencePackets is a recorded sentence as Opus packets of 20 ms, followed by silence.
func sentencePackets(t *testing.T) (out [][]byte) {
	t.Helper()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	enc, err := audio.NewEncoder(audio.EncoderConfig{Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	pcm := append(append(make([]float32, 9600), spoken[0].PCM...), make([]float32, 48000)...)
	for ; len(pcm) >= 960; pcm = pcm[960:] {
		p, err := enc.Encode(pcm[:960])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, append([]byte(nil), p...))
	}
	return out
}
