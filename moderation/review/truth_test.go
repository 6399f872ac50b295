package review

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
)

// world is the state that the pages of a test show, and how it changes elsewhere: in the room, in the chat, on another page.
type world struct {
	m      *memory
	desk   *fakeDesk
	server atomic.Pointer[Server]
	hub    atomic.Pointer[events.Hub]
	later  atomic.Int64 // how much time has passed, in ns; the clock stands still otherwise

	mu    sync.Mutex
	rooms []models.RoomState
}

func newWorld(m *memory) *world {
	w := &world{m: m, desk: &fakeDesk{}}
	w.rooms = []models.RoomState{{Room: "open-mic", Session: "s1", State: "listening"}}
	w.start()
	return w
}

// start starts the service anew on the same database, as after a restart: streamed events are forgotten.
func (w *world) start() {
	hub := events.NewHub(events.HubConfig{})
	s := New(Config{
		Store: w.m, Hub: hub, Location: time.UTC, Now: func() time.Time { return start.Add(time.Minute + time.Duration(w.later.Load())) },
		Actor: &hand{can: []models.Verb{models.VerbMute, models.VerbWarn, models.VerbRemove}}, Listener: w.desk, Summaries: &minutes{m: w.m},
		States: func() []models.RoomState {
			w.mu.Lock()
			defer w.mu.Unlock()
			return slices.Clone(w.rooms)
		},
		Conditions: conditionsOf(models.Condition{OK: true, Text: "Listening in one room."}),
	})
	s.streams.Heartbeat = 2 * time.Second
	old := w.hub.Swap(hub)
	w.server.Store(s)
	if old != nil {
		old.Close()
	}
}

// change makes a named change as it happens elsewhere: it is stored first, and then published.
func (w *world) change(name string) {
	m, hub := w.m, w.hub.Load()
	m.mu.Lock()
	tell := []models.Event{}
	switch name {
	case "answered in the room":
		f, d := &m.flags[0], &m.decisions[0]
		f.Status, f.DecidedBy, f.Decided = models.FlagConfirmed, "Ana", start
		d.Ask, d.DecidedBy = models.AskConfirmed, "Ana"
		flag, decision := *f, *d
		tell = append(tell, models.Event{SessionID: "s1", Flag: &flag}, models.Event{SessionID: "s1", Decision: &decision})
	case "muted and seen":
		a := models.Action{
			ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, TargetID: "Ben", ForMS: 60_000, State: models.ActionSeen,
			Sent: start.Add(time.Minute), Seen: start.Add(time.Minute + 500*time.Millisecond),
		}
		m.actions = append(m.actions, a)
		tell = append(tell, models.Event{SessionID: "s1", Action: &a})
	case "opted out":
		c := models.Consent{Session: "s1", SpeakerID: "Ben", SpeakerName: "Ben", What: models.ConsentObjected, How: "chat", At: start}
		m.ledger = append(m.ledger, c)
		tell = append(tell, models.Event{SessionID: "s1", Consent: &c})
	case "a new flag":
		u := reviewtest.Said("s1", 9, "Ben", 40_000, 42_000, "And one more coin.")
		f := reviewtest.Flagged(u, "coin", models.LevelLow, 0)
		f.ID = "f9"
		m.lines, m.flags = append(m.lines, u), append(m.flags, f)
		tell = append(tell, models.Event{SessionID: "s1", Utterance: &u}, models.Event{SessionID: "s1", Flag: &f})
	case "a line":
		u := reviewtest.Said("s1", 10+len(m.lines), "Ana", 45_000+1000*int64(len(m.lines)), 46_000+1000*int64(len(m.lines)), "Line while away.")
		m.lines = append(m.lines, u)
		tell = append(tell, models.Event{SessionID: "s1", Utterance: &u})
	case "summed up":
		m.summary = models.Summary{Session: "s1", Headline: "Ben sold coins.", UntilMS: 60_000}
		tell = append(tell, models.Event{SessionID: "s1", Summary: &models.SummaryMade{Kind: models.SummarySession}})
	case "paused", "resumed":
		w.desk.paused.Store(name == "paused")
		ses := m.sessions[1]
		tell = append(tell, models.Event{SessionID: "s1", Session: &ses})
	case "unreachable", "reachable":
		w.mu.Lock()
		x := &w.rooms[0]
		if x.State, x.Problem = "listening", ""; name == "unreachable" {
			x.State, x.Problem = "waiting", "no route to the server"
		}
		state := *x
		w.mu.Unlock()
		tell = append(tell, models.Event{SessionID: "s1", Room: &state})
	case "ended":
		ses := &m.sessions[1]
		ses.Ended, ses.Reason = start.Add(50*time.Second), models.EndStopped
		over := *ses
		tell = append(tell, models.Event{SessionID: "s1", Session: &over})
	case "begun again":
		next := models.Session{ID: "s2", Room: "open-mic", Name: "Open mic", Started: start.Add(55 * time.Second)}
		m.sessions = append(m.sessions, next)
		tell = append(tell, models.Event{SessionID: "s2", Session: &next})
	}
	m.mu.Unlock()
	for _, e := range tell {
		hub.Publish(e)
	}
}

func (w *world) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) { w.server.Load().ServeHTTP(rw, r) })
	mux.HandleFunc("POST /test/change", func(_ http.ResponseWriter, r *http.Request) { w.change(r.URL.Query().Get("name")) })
	mux.HandleFunc("POST /test/restart", func(http.ResponseWriter, *http.Request) { w.start() })
	mux.HandleFunc("POST /test/clock", func(rw http.ResponseWriter, r *http.Request) {
		by, err := time.ParseDuration(r.URL.Query().Get("by"))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
		}
		w.later.Add(int64(by))
	})
	mux.HandleFunc("/test/flags", func(rw http.ResponseWriter, _ *http.Request) {
		w.m.mu.Lock()
		defer w.m.mu.Unlock()
		_ = json.NewEncoder(rw).Encode(w.m.flags)
	})
	return mux
}

// TestOneTruthInTwoBrowsers: a change on another page, in the chat or in the room appears on every open page of two browsers within
// a moment; a card that somebody looked at is offered again after 4 minutes; a page that is disconnected says so and what became of a
// button press, and continues without loss or duplicates; after a restart of the service the pages are right again.
func TestOneTruthInTwoBrowsers(t *testing.T) {
	t.Parallel()
	w := newWorld(hitTwice())
	p := newFreezer(t, w.handler())
	defer func() { w.hub.Load().Close() }()
	inBrowser(t, "truth.mjs", p, 20)
}

// TestTenAsksOnAPhone counts what ten asks in a row require of a host with a phone.
func TestTenAsksOnAPhone(t *testing.T) {
	t.Parallel()
	m := evening(true)
	hub := events.NewHub(events.HubConfig{})
	defer hub.Close()
	s := New(Config{
		Store: m, Hub: hub, Actor: &hand{can: []models.Verb{models.VerbMute, models.VerbWarn}}, Location: time.UTC,
		Now: func() time.Time { return start.Add(3 * time.Minute) },
	})
	inWholeBrowser(t, "phone.mjs", s, 7)
}
