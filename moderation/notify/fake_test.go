package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// memory is an outbox and a record in memory.
type memory struct {
	mu       sync.Mutex
	notices  []models.Notice
	disabled map[string]string
	erased   bool
}

func (o *memory) NextNotice(_ context.Context, target string) (models.Notice, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var next *models.Notice
	for i, n := range o.notices {
		if n.Target == target && n.State == models.NoticeWaiting && (next == nil || n.Due.Before(next.Due)) {
			next = &o.notices[i]
		}
	}
	if next == nil {
		return models.Notice{}, models.ErrNotFound
	}
	return *next, nil
}

func (o *memory) SetNotice(_ context.Context, n models.Notice) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.notices, func(x models.Notice) bool { return x.ID == n.ID })
	o.notices[i] = n
	return nil
}

func (o *memory) DisableTarget(_ context.Context, name, why string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.disabled[name] = why
	for i, n := range o.notices {
		if n.Target == name && n.State == models.NoticeWaiting {
			o.notices[i].State = models.NoticeDropped
		}
	}
	return nil
}

func (o *memory) Flag(_ context.Context, id string) (models.Flag, error) {
	if o.erased {
		return models.Flag{}, fmt.Errorf("store: %w", models.ErrNotFound)
	}
	return models.Flag{
		ID: id, Session: "s1", Rule: "scam.guaranteed", Pack: "scams.en", Level: models.LevelHigh, Mode: models.ModeSuggest,
		SpeakerID: "b", SpeakerName: "Benjamin", Title: "Scam: guaranteed profit", Why: "matched “guaranteed profit”",
		Matched: []models.Word{{Text: "guaranteed"}, {Text: "profit"}}, StartMS: 75_000, Created: time.Unix(1_800_000_000, 0),
	}, nil
}

func (o *memory) Session(_ context.Context, id string) (models.SessionInfo, error) {
	return models.SessionInfo{Session: models.Session{ID: id, Room: "open-mic", Name: "Open mic"}}, nil
}

func (o *memory) state(i int) models.Notice {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.notices[i]
}

// outbox holds one waiting notice for each target.
func outbox(targets ...Target) *memory {
	o := &memory{disabled: map[string]string{}}
	for _, t := range targets {
		o.notices = append(o.notices, models.Notice{
			ID: "msg_" + t.Name, Target: t.Name, Session: "s1", Flag: "f1", Created: time.Now(), Due: time.Now(), State: models.NoticeWaiting,
		})
	}
	return o
}

// call is a request as a receiver got it.
type call struct {
	at     time.Time
	header http.Header
	body   []byte
	path   string
}

// receiver is a web server that is reached through pipes, so that it lives inside a bubble of synctest.
type receiver struct {
	conns chan net.Conn
	mu    sync.Mutex
	calls []call
	dials []string
}

func (r *receiver) Accept() (net.Conn, error) {
	c, ok := <-r.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (r *receiver) Close() error   { return nil }
func (r *receiver) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }

func (r *receiver) dial(ctx context.Context, _, address string) (net.Conn, error) {
	r.mu.Lock()
	r.dials = append(r.dials, address)
	r.mu.Unlock()
	ours, theirs := net.Pipe()
	select {
	case r.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *receiver) seen() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// receive starts a receiver that answers as it is told and remembers what it got.
func receive(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{conns: make(chan net.Conn)}
	server := &http.Server{
		ErrorLog: slog.NewLogLogger(
			slog.DiscardHandler, 0,
		),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			r.mu.Lock()
			r.calls = append(r.calls, call{time.Now(), req.Header, body, req.URL.Path})
			r.mu.Unlock()
			answer(w, req)
		}),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(r) }()
	t.Cleanup(func() {
		close(r.conns)
		_ = server.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return r
}

// running is a notifier at work.
type running struct {
	log  *bytes.Buffer
	stop func()
}

// start runs a notifier over the receivers, by target.
func start(t *testing.T, o *memory, dials map[string]dialFunc, targets ...Target) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{log: &bytes.Buffer{}}
	n := New(Config{
		Targets: targets, Outbox: o, Record: o, Link: "https://earshot.example/",
		Log:  slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		dial: func(t Target) dialFunc { return dials[t.Name] },
	})
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// hook is a webhook target with a secret of its own.
func hook(name string) Target {
	return Target{Name: name, Kind: KindWebhook, URL: "http://" + name + ".example/hook?token=hushhush", Secret: testSecret, Private: true}
}

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
