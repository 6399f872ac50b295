package janus

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/internal/relay"
	"earshot/bot/internal/trial"
	"earshot/bot/janus/localserver"
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
			URL: s.URL(room), Name: name, Peer: f, Next: trial.Tone(), Ready: func(context.Context, string) { close(ready) },
		})
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("%s: %v", name, err)
	}
	return cancel
}

// TestAlone: the last one leaves.
func TestAlone(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"room/1234", "bridge/5678"} {
		s := start(t, localserver.Options{})
		enter := func(name string) func() { return s.recite(t, room, name) }
		if err := trial.Alone(connect(t, Config{URL: s.URL(room)}, factory(t)), enter, log()); err != nil {
			t.Errorf("%s: %v", room, err)
		}
	}
}

func connect(t *testing.T, c Config, f *peer.Factory) *Connector {
	t.Helper()
	c.Peer, c.Log = f, log()
	x, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestServerAway: the server is killed and comes back after a second, or half a minute.
func TestServerAway(t *testing.T) {
	t.Parallel()
	away := time.Second
	if everything {
		away = 30 * time.Second
	}
	for room, late := range map[string]time.Duration{"room/1234": 0, "bridge/5678": mixDelay} {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			s := start(t, localserver.Options{})
			err := trial.Away(connect(t, Config{URL: s.URL(room)}, factory(t)), trial.Server{
				Kill: s.Kill, Restart: func() error { return s.Restart(t.Context()) }, Speak: func(name string) { s.recite(t, room, name) }, Late: late,
			}, away, log())
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// network is a way to the server that can be impaired.
func (s *server) network(t *testing.T, room string) (trial.Network, *Connector) {
	t.Helper()
	tcp, err := relay.NewTCP(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tcp.Close)
	udp, f, err := relay.NewUDP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.End() })
	return trial.Network{UDP: udp, TCP: tcp}, connect(t, Config{URL: strings.Replace(s.URL(room), s.Addr(), tcp.Addr(), 1)}, f)
}

// TestBlackHole: the network swallows everything for a while, signalling included.
func TestBlackHole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lasts time.Duration
		joins int
	}{{2 * time.Second, 1}, {15 * time.Second, 2}} {
		t.Run(fmt.Sprint(tt.lasts), func(t *testing.T) {
			t.Parallel()
			s := start(t, localserver.Options{})
			s.recite(t, "room/1234", "Ana")
			n, c := s.network(t, "room/1234")
			if err := trial.BlackHole(c, n, tt.lasts, tt.joins, log()); err != nil {
				t.Error(err)
			}
			mod := s.client(t)
			h, err := mod.attach(t.Context(), videoRoom)
			if err != nil {
				t.Fatal(err)
			}
			ears := 0
			e, _ := mod.must(h, request{"request": "listparticipants", "room": 1234}, nil)
			for _, p := range e.Participants {
				if p.Display != "Ana" {
					ears++
				}
			}
			if ears > 1 { // the bot has left by now, or is about to be forgotten
				t.Errorf("in the room: %+v", e.Participants)
			}
		})
	}
}

// TestDeaf: the server says that somebody talks and no sound arrives, in a room with a track for each and in a mix.
func TestDeaf(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"room/1234", "bridge/5678"} {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			s := start(t, localserver.Options{})
			s.recite(t, room, "Ana")
			n, c := s.network(t, room)
			if err := trial.Deaf(c, n, everything, log()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNoPath: signalling works and media has no way.
func TestNoPath(t *testing.T) {
	s := start(t, localserver.Options{})
	nowhere, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{"room/1234", "bridge/5678"} {
		t.Run(room, func(t *testing.T) {
			s.recite(t, room, "Ana")
			if err := trial.NoPath(connect(t, Config{URL: s.URL(room)}, nowhere), log()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRounds: joining and leaving again and again leaves nothing behind.
func TestRounds(t *testing.T) {
	n := 10
	if everything {
		n = 200
	}
	s, f := start(t, localserver.Options{}), factory(t)
	s.recite(t, "room/1234", "Ana")
	err := trial.Rounds(func() (bot.Connector, error) { return New(Config{URL: s.URL("room/1234"), Peer: f}) }, n, log())
	if err != nil {
		t.Error(err)
	}
}
