package live

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"earshot/bot"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/engine"
)

const hourRules = `schema: 1
mode: act
rules:
  - id: bad
    when: {says: {phrase: "bad word"}}
    then: [flag: {level: high}, mute: {for: 60s}]
`

// hourNotice is what the bot tells everybody.
var hourNotice = bot.Notice{Name: "Earshot"}

// hour is a program that follows a script, with the model beside it.
type hour struct {
	*model
	t             *testing.T
	path          string
	rules         *engine.Set
	voice         [][]byte
	simulatedRoom *simulatedRoom

	store    *sqlite.Store
	sessions *Sessions
	mu       sync.Mutex
	queue    []models.Clip
	held     bool
	skew     time.Duration // of the wall clock of the record

	room    *room.Room
	session models.Session
	began   time.Time            // of the session, by the record's clock
	starts  map[string]time.Time // of all sessions, by the room's clock
	live    bool
	entered map[string]bool // sessions in which the bot has been in the room
	cancel  context.CancelFunc
	stay    sync.WaitGroup
	ended   chan models.EndReason
	stays   int
	acts    int
}

// play runs a script and returns what was wrong.
func play(t *testing.T, voice [][]byte, script []step) []string {
	dir, err := os.MkdirTemp("", "hour") //nolint:usetesting // removed after each script, of which there are hundreds
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "room.yaml")
	write(t, file, hourRules)
	h := &hour{
		model: newModel(), t: t, path: filepath.Join(dir, "earshot.db"), voice: voice, simulatedRoom: newVenue(), starts: map[string]time.Time{},
		entered: map[string]bool{},
	}
	if h.rules, err = engine.Load(engine.LoadOptions{FS: fstest.MapFS{}}, file); err != nil {
		t.Fatal(err)
	}
	h.simulatedRoom.come("ana")
	h.open()
	h.join()
	for _, s := range script {
		h.do(s)
		if len(h.wrong) > 0 {
			break
		}
	}
	h.finish()
	return h.wrong
}

// Submit and Again accept clips as the decoder does.
func (h *hour) Submit(c models.Clip) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.queue = append(h.queue, c)
}

func (h *hour) Again(models.Clip, func(models.Utterance)) bool { return false }

// Publish discards events.
func (h *hour) Publish(models.Event) uint64 { return 0 }

// open starts the program, which recovers what an earlier run left.
func (h *hour) open() {
	store, err := sqlite.Open(context.Background(), h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	h.store, h.queue = store, nil
	h.sessions = New(
		Config{Store: store, Policies: map[string]Policy{"": {Rules: h.rules}}, Show: h, Count: nobody{}, Quota: NewQuota(store, 1024), Log: log},
	)
	h.sessions.Into(h)
	ctx := context.Background()
	broken, err := store.UnendedSessions(ctx)
	h.must(err)
	for _, b := range broken {
		info, err := store.Session(ctx, b.ID)
		h.must(err)
		h.must(store.EndSession(ctx, b.ID, models.EndStopped, b.Started.Add(time.Duration(info.DurationMS)*time.Millisecond)))
	}
	h.must(h.sessions.Recover(ctx))
	keys, err := store.PendingKeys(ctx)
	h.must(err)
	for _, k := range keys {
		c, err := store.Clip(ctx, k)
		h.must(err)
		h.Submit(c)
	}
}

func (h *hour) must(err error) {
	if err != nil {
		h.t.Helper()
		h.fail("%v", err)
	}
}

// join begins a stay.
func (h *hour) join() {
	ctx, cancel := context.WithCancel(context.Background())
	h.stays++
	now := time.Now()
	session, err := h.store.StartSession(ctx, models.Session{ID: fmt.Sprint("s", h.stays), Room: "r1", Name: "Room", Started: now.Add(h.skew)})
	h.must(err)
	h.began, session.Started = session.Started, now
	h.starts[session.ID] = now
	running, err := h.sessions.Begin(ctx, session)
	h.must(err)
	marks, err := h.store.Objections(ctx, "r1")
	h.must(err)
	h.room, err = room.New(room.Config{
		Room: models.Room{ID: "r1"}, Connector: h.simulatedRoom, Sink: running, Observer: running, Session: session,
		FirstJoin: 24 * time.Hour, GiveUp: 24 * time.Hour, Notice: hourNotice,
		Objected: func(id string) bool { return marks[models.PersonMark(id)] },
	})
	h.must(err)
	h.session, h.cancel, h.live, h.ended = session, cancel, true, make(chan models.EndReason, 1)
	room, ended := h.room, h.ended
	attending, leave := context.WithCancel(ctx)
	keeper := restrict.New(restrict.Config{
		Store: h.store, Actions: h.store, Room: room, RoomID: "r1", Told: h.sessions.Acted, Log: slog.New(slog.DiscardHandler),
	})
	h.stay.Go(func() { _ = running.Enter(room, keeper).Run(attending) })
	h.stay.Go(func() {
		why, _ := room.Run(ctx)
		leave()
		ended <- why
	})
	h.pass(3 * time.Second)
}

// part ends a stay cleanly.
func (h *hour) part() {
	if !h.live {
		return
	}
	h.checkTold()
	h.cancel()
	h.stay.Wait()
	h.live = false
	if err := h.store.EndSession(context.Background(), h.session.ID, models.EndLeft, h.began.Add(time.Since(h.session.Started))); err != nil {
		h.fail("the end of %s: %v", h.session.ID, err)
	}
}

// pass advances the time; meanwhile the decoder works unless it is suspended.
func (h *hour) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(500 * time.Millisecond)
		h.mu.Lock()
		queue := h.queue
		if h.held {
			queue = nil
		} else {
			h.queue = nil
		}
		h.mu.Unlock()
		for _, c := range queue {
			h.decode(c)
		}
	}
}

// decode stores the transcript of a clip, and notes what its rule must cause.
func (h *hour) decode(c models.Clip) {
	u := models.Utterance{
		Key: c.Key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution, StartMS: c.StartMS, EndMS: c.EndMS,
		State: models.UtteranceOK, LogProb: -0.1, VoicedMS: c.DurationMS(), Model: "m", Spoken: c.Spoken,
	}
	said := h.find(c)
	if said == nil {
		h.fail("a clip of %s that ends at %d ms is of no sentence", c.SpeakerID, c.EndMS)
		return
	}
	u.Text = said.text(h.bad[said.n])
	words := strings.Fields(u.Text)
	each := c.DurationMS() / int64(len(words))
	for i, w := range words {
		at := c.StartMS + int64(i)*each
		u.Words = append(u.Words, models.Word{Text: w, StartMS: at, EndMS: at + each, P: 0.95})
	}
	h.must(h.sessions.Done(context.Background(), u))
	if !h.bad[said.n] {
		return
	}
	here, _, _, botCame := h.simulatedRoom.state(said.who)
	age := time.Since(said.to)
	switch x := h.mute(said.who); {
	case said.hidden || age > 35*time.Second: // too late to act on, or erased
	case age > 20*time.Second || !h.live || c.Session != h.session.ID || !here || botCame.IsZero():
		x.unsure = true
	default:
		x.extend(time.Now().Add(60 * time.Second))
	}
}
