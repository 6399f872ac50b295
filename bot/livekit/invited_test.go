package livekit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/models"
	"earshot/models/waittest"
)

// crew is a worker that listens where it is invited.
type crew struct {
	r       *listener
	invited chan livekit.Invitation
	busy    atomic.Int64
}

// work registers a worker that takes at most n rooms; it is stopped at the test's end.
func work(t *testing.T, s *livekittest.Server, n int) *crew {
	t.Helper()
	c := &crew{r: newRoom(), invited: make(chan livekit.Invitation, 16)}
	w, err := livekit.NewWorker(livekit.WorkerConfig{
		URL: strings.TrimSuffix(s.URL(""), "/"), Auth: keys, Peer: bottest.Factory(t), Log: log(t),
		Load: func() float64 { return float64(c.busy.Load()) / float64(n) },
		Invited: func(ctx context.Context, i livekit.Invitation) error {
			c.busy.Add(1)
			defer c.busy.Add(-1)
			c.invited <- i
			return i.Connector.Run(ctx, c.r)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the worker ended with %v", err)
		}
	})
	return c
}

// TestInvited: the bot comes when a host opens a room, hears and may act there, and goes with it. Two workers share
// rooms by their load.
func TestInvited(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	a, b := work(t, s, 2), work(t, s, 2)
	registered := func() bool { return countLog(t, s, "worker registered") >= 2 }
	waittest.Until(t, "both workers", registered)
	people := map[string]*person{}
	for i, name := range []string{"one", "two", "three", "four"} {
		people[name] = enter(t, livekit.PublishConfig{URL: s.URL(name), Identity: "host-" + name})
		// A worker that has promised to come is not yet busy: rooms that open together may all go to one.
		waittest.Until(t, "the bot's coming", func() bool { return a.busy.Load()+b.busy.Load() == int64(i)+1 })
	}
	if x, y := a.busy.Load(), b.busy.Load(); x != 2 || y != 2 {
		t.Fatalf("%d and %d rooms, want two for each worker", x, y)
	}
	i := <-a.invited
	host := "host-" + i.Room.Name
	a.r.until(t, "the host's sound", a.r.hears(host))
	if i.Room.URL != s.URL(i.Room.Name) {
		t.Errorf("invited to %+v", i.Room)
	}
	do(t, i.Connector, bot.Command{Verb: models.VerbMute, Target: host})
	do(t, i.Connector, bot.Command{Verb: models.VerbRemove, Target: host})
	ctx, service := admin(t, s, i.Room.Name)
	if _, err := service.DeleteRoom(ctx, deleteRoom(i.Room.Name)); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the end of the stay", func() bool { return a.busy.Load() == 1 })
}

// TestWorkerReturns: a server that died and came back finds its worker again.
func TestWorkerReturns(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	c := work(t, s, 1)
	waittest.Until(t, "the worker", func() bool { return countLog(t, s, "worker registered") >= 1 })
	before := countLog(t, s, "worker registered")
	s.Kill()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the worker's return", func() bool { return countLog(t, s, "worker registered") > before })
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "host"})
	c.r.until(t, "the host's sound", c.r.hears("host"))
}

// TestWorkerRefused: wrong credentials end the worker with the reason.
func TestWorkerRefused(t *testing.T) {
	s := server(t, "")
	w, err := livekit.NewWorker(livekit.WorkerConfig{
		URL: strings.TrimSuffix(s.URL(""), "/"), Auth: livekit.Credentials{Key: "x", Secret: "y"}, Peer: bottest.Factory(t),
		Invited: func(context.Context, livekit.Invitation) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var end *bot.EndError
	if err := w.Run(t.Context()); !errors.As(err, &end) || end.Reason != models.EndFailedAuth || models.Hint(err) == "" {
		t.Errorf("Run = %v", err)
	}
}

// TestWebhooks: the server's own webhooks arrive and are believed; the bot's own are passed over.
func TestWebhooks(t *testing.T) {
	var mu sync.Mutex
	var events []livekit.Event
	told := func(e livekit.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}
	web := httptest.NewServer(livekit.Webhook(livekit.WebhookConfig{URL: "livekit://rooms.example", Auth: keys, Log: log(t), Told: told}))
	defer web.Close()
	s := server(t, "webhook: {api_key: "+livekittest.Key+", urls: ['"+web.URL+"']}\n")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("Open Mic"), Identity: "ana"})
	r := newRoom()
	listen(t, connector(t, livekit.Config{URL: s.URL("Open%20Mic")}), r)
	ana.leave()
	came := func(kind livekit.EventKind, identity string) func() bool { // the server sends each by itself
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.ContainsFunc(events, func(e livekit.Event) bool { return e.Kind == kind && e.Identity == identity })
		}
	}
	waittest.Until(t, "the room's opening", came(livekit.EventRoomStarted, ""))
	waittest.Until(t, "Ana's coming", came(livekit.EventJoined, "ana"))
	waittest.Until(t, "Ana's leaving", came(livekit.EventLeft, "ana"))
	mu.Lock()
	defer mu.Unlock()
	for _, e := range events {
		if e.Room != (models.Room{ID: "livekit://rooms.example/Open%20Mic", Name: "Open Mic", URL: "livekit://rooms.example/Open%20Mic"}) ||
			e.Identity == "earshot" || e.ID == "" || time.Since(e.At).Abs() > 10*time.Minute {
			t.Errorf("event %+v", e)
		}
	}
}

// TestForgedWebhooks: what is not signed with our secret over exactly this body is refused.
func TestForgedWebhooks(t *testing.T) {
	h := livekit.Webhook(livekit.WebhookConfig{
		URL: "livekit://rooms.example", Auth: keys, Told: func(livekit.Event) { t.Error("a forged event was believed") },
	})
	body := []byte(`{"event":"room_finished","room":{"name":"x"}}`)
	sum := sha256.Sum256(body)
	sign := func(c livekit.Credentials, hash string, at time.Time) string {
		token, err := c.Sign(livekit.Claims{SHA256: hash}, at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	hash := base64.StdEncoding.EncodeToString(sum[:])
	for name, tt := range map[string]struct {
		method, token string
		body          []byte
		want          int
	}{
		"no token":     {"POST", "", body, 401},
		"other secret": {"POST", sign(livekit.Credentials{Key: keys.Key, Secret: "x"}, hash, time.Now()), body, 401},
		"other body":   {"POST", sign(keys, hash, time.Now()), append([]byte(" "), body...), 401},
		"old":          {"POST", sign(keys, hash, time.Now().Add(-time.Hour)), body, 401},
		"no hash":      {"POST", sign(keys, "", time.Now()), body, 401},
		"GET":          {"GET", sign(keys, hash, time.Now()), body, 405},
		"large":        {"POST", sign(keys, hash, time.Now()), make([]byte, 1<<20), 413},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(tt.method, "/", bytes.NewReader(tt.body))
		r.Header.Set("Authorization", tt.token)
		if h.ServeHTTP(w, r); w.Code != tt.want {
			t.Errorf("%s: HTTP %d, want %d", name, w.Code, tt.want)
		}
	}
}
