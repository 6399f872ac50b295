package server_test

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
	"earshot/bot/internal/processtest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
)

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

// run serves. Its event streams just break when it is killed.
func (p *place) run() error {
	l, err := net.Listen("tcp4", p.addr)
	if err != nil {
		return err
	}
	srv := server.New(server.Config{Peer: loopback(), HostToken: hostToken})
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
	port, err := processtest.Port()
	if err != nil {
		t.Fatal(err)
	}
	p := &place{addr: fmt.Sprintf("127.0.0.1:%d", port)}
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
			BaseURL: "http://" + p.addr, Room: "lounge", Name: name, Source: endless(roomtest.Tone()), Peer: f, Ready: func(string) { close(ready) },
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

// endless is a recording as a Source.
type endless func() ([]byte, time.Duration, error)

func (e endless) Next() (lounge.Frame, error) {
	b, at, err := e()
	return lounge.Frame{Opus: b, At: at}, err
}

// place is what a trial needs of a lounge.
func (p *place) place(t *testing.T) roomtest.Place {
	t.Helper()
	return roomtest.Place{
		Addr: p.addr,
		Connect: func(addr string, f *peer.Factory) bot.Connector {
			c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + addr + "/lounge", Peer: f, Token: hostToken, Log: log()})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Enter: func(name string) func() { return p.recite(t, name) }, Kill: func() { p.kill() }, Restart: p.run,
	}
}

// TestFaults: the lounge dies, the network swallows everything, and so on.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	for _, x := range roomtest.Faults(log()) {
		t.Run(x.Name, func(t *testing.T) {
			if !x.Alone {
				t.Parallel()
			}
			if err := x.Do(begin(t).place(t)); err != nil {
				t.Error(err)
			}
		})
	}
}
