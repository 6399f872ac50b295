package lounge_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/internal/relay"
	"earshot/bot/internal/trial"
	"earshot/bot/lounge"
	"earshot/bot/peer"
)

// everything asks for the long forms of the tests.
var everything = os.Getenv("EARSHOT_TEST_LONG") != ""

// log shows what happens with -v.
func log() *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// place is a lounge that can die and come back at the same address.
type place struct {
	addr string
	kill func()
}

// run serves; on "127.0.0.1:0" the address is new. Its event streams just break when it is killed.
func (p *place) run() error {
	l, err := net.Listen("tcp4", p.addr)
	if err != nil {
		return err
	}
	p.addr = l.Addr().String()
	srv := lounge.New(lounge.Config{Peer: loopback(), HostToken: hostToken})
	web := &http.Server{Handler: srv}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = srv.Run(ctx) })
	group.Go(func() { _ = web.Serve(l) })
	p.kill = sync.OnceFunc(func() { _ = web.Close(); cancel(); group.Wait() })
	return nil
}

func begin(t *testing.T) *place {
	t.Helper()
	p := &place{addr: "127.0.0.1:0"}
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	return p
}

// recite lets somebody talk until the test ends, or the lounge does, or they leave.
func (p *place) recite(t *testing.T, name string) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended, f := make(chan struct{}), make(chan error, 1), factory(t)
	go func() {
		ended <- lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: "http://" + p.addr, Room: "lounge", Name: name, Source: endless(trial.Tone()), Peer: f, Ready: func(string) { close(ready) },
		})
	}()
	t.Cleanup(func() { cancel(); <-ended }) //nolint:errcheck // however it ends
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("%s: %v", name, err)
	}
	return cancel
}

// TestAlone: the last one leaves.
func TestAlone(t *testing.T) {
	t.Parallel()
	p := begin(t)
	if err := trial.Alone(visiting(t, p.addr, factory(t)), func(name string) func() { return p.recite(t, name) }, log()); err != nil {
		t.Error(err)
	}
}

// endless is a recording as a Source.
type endless func() ([]byte, time.Duration, error)

func (e endless) Next() (lounge.Frame, error) {
	b, at, err := e()
	return lounge.Frame{Opus: b, At: at}, err
}

func visiting(t *testing.T, addr string, f *peer.Factory) *lounge.Client {
	t.Helper()
	c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + addr + "/lounge", Peer: f, Token: hostToken, Log: log()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestServerAway: the lounge dies and comes back after a second, or half a minute.
func TestServerAway(t *testing.T) {
	t.Parallel()
	away := time.Second
	if everything {
		away = 30 * time.Second
	}
	p := begin(t)
	err := trial.Away(visiting(t, p.addr, factory(t)), trial.Server{
		Kill: func() { p.kill() }, Restart: p.run, Speak: func(name string) { p.recite(t, name) },
	}, away, log())
	if err != nil {
		t.Error(err)
	}
}

// network is a way to the lounge that can be impaired.
func (p *place) network(t *testing.T) (trial.Network, *lounge.Client) {
	t.Helper()
	tcp, err := relay.NewTCP(p.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tcp.Close)
	udp, f, err := relay.NewUDP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.End() })
	return trial.Network{UDP: udp, TCP: tcp}, visiting(t, tcp.Addr(), f)
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
			p := begin(t)
			p.recite(t, "Ana")
			n, c := p.network(t)
			if err := trial.BlackHole(c, n, tt.lasts, tt.joins, log()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDeaf: the lounge says that somebody talks and no sound arrives.
func TestDeaf(t *testing.T) {
	t.Parallel()
	p := begin(t)
	p.recite(t, "Ana")
	n, c := p.network(t)
	if err := trial.Deaf(c, n, everything, log()); err != nil {
		t.Error(err)
	}
}

// TestNoPath: signalling works and media has no way.
func TestNoPath(t *testing.T) {
	p := begin(t)
	p.recite(t, "Ana")
	nowhere, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	if err := trial.NoPath(visiting(t, p.addr, nowhere), log()); err != nil {
		t.Error(err)
	}
}

// TestRounds: joining and leaving again and again leaves nothing behind.
func TestRounds(t *testing.T) {
	n := 10
	if everything {
		n = 200
	}
	p, f := begin(t), factory(t)
	p.recite(t, "Ana")
	err := trial.Rounds(func() (bot.Connector, error) {
		return lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + p.addr + "/lounge", Peer: f})
	}, n, log())
	if err != nil {
		t.Error(err)
	}
}
