package janus

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
	"earshot/bot/peer"
)

// log shows what happens with -v.
func log() *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// recite lets somebody talk in a room until the test ends, or the server does, or they leave.
func (s *server) recite(t *testing.T, room, name string) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	t.Cleanup(func() { cancel(); group.Wait() })
	ready, f := make(chan struct{}), factory(t)
	ended := make(chan error, 1)
	group.Go(func() {
		ended <- Publish(ctx, PublishConfig{
			URL: s.URL(room), Name: name, Peer: f, Next: roomtest.Tone(), Ready: func(context.Context, string) { close(ready) },
		})
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("%s: %v", name, err)
	}
	return cancel
}

// place is what a trial needs of a room on a server. late is how long its sound is held back.
func (s *server) place(t *testing.T, room string, late time.Duration) roomtest.Place {
	t.Helper()
	p := roomtest.Place{
		Addr: s.Addr(),
		Connect: func(addr string, f *peer.Factory) bot.Connector {
			c, err := New(Config{URL: strings.Replace(s.URL(room), s.Addr(), addr, 1), Peer: f, Log: log()})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Enter: func(name string) func() { return s.recite(t, room, name) },
		Kill:  s.Kill, Restart: func() error { return s.Restart(t.Context()) }, Late: late,
	}
	if late == 0 {
		p.Bots = func() int { return s.bots(t) }
	}
	return p
}

// TestFaults: the server dies, the network swallows everything, and so on, in a room with a track for each and in a mix.
func TestFaults(t *testing.T) {
	for room, late := range map[string]time.Duration{"room/1234": 0, "bridge/5678": mixDelay} {
		for _, x := range roomtest.Faults(log()) {
			if x.Many && late > 0 && !roomtest.Long() {
				continue // each join takes seconds here
			}
			t.Run(room+" "+x.Name, func(t *testing.T) {
				if !x.Alone {
					t.Parallel()
				}
				if err := x.Do(start(t, janustest.Options{}).place(t, room, late)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// bots counts who else but Ana is in the room. One has left by then, or is about to be forgotten.
func (s *server) bots(t *testing.T) (n int) {
	t.Helper()
	mod := s.client(t)
	h, err := mod.attach(t.Context(), videoRoom)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := mod.must(h, request{"request": "listparticipants", "room": 1234}, nil)
	for _, p := range e.Participants {
		if p.Display != "Ana" {
			n++
		}
	}
	return n
}
