package live

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// hands is a connector that executes every command at once, and shows the restrictions in force.
type hands struct {
	mu      sync.Mutex
	orders  []bot.Command
	muted   map[string]bool
	hang    bool // orders about somebody but "ana" hang
	joined  chan struct{}
	handler bot.RoomHandler
	once    sync.Once
}

func (h *hands) Run(ctx context.Context, handler bot.RoomHandler) error {
	handler.Joined(bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true, ToAudience: true, Remove: true, Ban: true})
	handler.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
	h.handler = handler
	h.once.Do(func() { close(h.joined) })
	<-ctx.Done()
	return context.Cause(ctx)
}

func (h *hands) Execute(ctx context.Context, o bot.Command) error {
	if h.hang && o.Target != "ana" {
		<-ctx.Done()
		return errors.New("no answer")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.orders = append(h.orders, o)
	switch o.Verb {
	case models.VerbMute:
		h.muted[o.Target] = true
	case models.VerbUnmute:
		h.muted[o.Target] = false
	}
	return nil
}

func (h *hands) Effect(o bot.Command) (bool, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch o.Verb {
	case models.VerbMute:
		return h.muted[o.Target], "the server says so"
	case models.VerbUnmute:
		return !h.muted[o.Target], "the server says so"
	}
	return true, "the server says so"
}

func (h *hands) isMuted(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.muted[id]
}

// attended is a room with the bot in it, moderated by the session until leave is called.
func attended(t *testing.T, s *scene, h *hands) (leave func()) {
	t.Helper()
	h.joined, h.once = make(chan struct{}), sync.Once{}
	if h.muted == nil {
		h.muted = map[string]bool{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	room, err := room.New(room.Config{Connector: h, Sink: s.j, Session: s.j.session})
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	g.Go(func() { _, _ = room.Run(ctx) })
	<-h.joined
	g.Go(func() { _ = s.attend(ctx, room) })
	left := sync.OnceFunc(func() { cancel(); g.Wait() })
	t.Cleanup(left)
	time.Sleep(100 * time.Millisecond)
	return left
}

const noRules = "schema: 1\nmode: suggest\nrules:\n  - id: x\n    when: {says: {phrase: \"never said\"}}\n    then: [flag: {level: low}]\n"

func hostAct(id string, verb models.Verb, forMS int64) models.Action {
	return models.Action{
		ID: id, Session: "s1", Verb: verb, TargetID: "ana", TargetName: "Ana", ForMS: forMS, By: "host", Created: time.Now().UTC(),
	}
}

// stubborn is a room whose server accepts mutes without effect; moving to the audience works.
type stubborn struct {
	hands
	mu       sync.Mutex
	audience bool
}

func (s *stubborn) Execute(_ context.Context, o bot.Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = append(s.orders, o)
	if o.Verb == models.VerbToAudience {
		s.audience = true
	}
	return nil
}

func (s *stubborn) Effect(o bot.Command) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return o.Verb == models.VerbToAudience && s.audience || o.Verb == models.VerbUnmute, "the server says so"
}
