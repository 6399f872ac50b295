package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/processtest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/models"
)

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
	srv := server.New(server.Config{Peer: bottest.Loopback(), HostToken: hostToken})
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
func (p *place) recite(t *testing.T, name string, plays roomtest.Source) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended, f := make(chan struct{}), make(chan error, 1), bottest.Factory(t)
	go func() {
		ended <- lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: "http://" + p.addr, Room: "lounge", Name: name, Source: endless(plays), Peer: f, Ready: func(string) { close(ready) },
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
			c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + addr + "/lounge", Peer: f, Token: hostToken, Log: bottest.Log()})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Enter: func(name string, plays roomtest.Source) roomtest.Person {
			return roomtest.Person{Leave: p.recite(t, name, plays), Lines: p.reader(t)}
		},
		Kill: func() { p.kill() }, Restart: p.run,
		Moderate: func() bot.Connector { return p.client(t, hostToken) },
		Can:      lounge.Abilities(), Bare: lounge.Abilities(),
		Refused: func() map[string]roomtest.Refusal {
			const wrong = "a-wrong-token"
			return map[string]roomtest.Refusal{"another token": {Connector: p.client(t, wrong), Reason: models.EndFailedAuth, Secret: wrong}}
		},
	}
}

// reader reads the room's chat until the test ends.
func (p *place) reader(t *testing.T) (lines func() []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/rooms/lounge/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var read []string
	var group sync.WaitGroup
	group.Go(func() {
		defer resp.Body.Close()
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			var e lounge.Event
			data, _ := strings.CutPrefix(s.Text(), "data: ")
			if json.Unmarshal([]byte(data), &e) == nil && e.Chat != nil {
				mu.Lock()
				read = append(read, e.Chat.Text)
				mu.Unlock()
			}
		}
	})
	t.Cleanup(func() { cancel(); group.Wait(); http.DefaultClient.CloseIdleConnections() })
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(read)
	}
}

func (p *place) client(t *testing.T, token string) *lounge.Client {
	t.Helper()
	c, err := lounge.NewClient(lounge.ClientConfig{
		URL: "lounge://" + p.addr + "/lounge", Peer: bottest.Factory(t), Token: token, Log: bottest.Log(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestConformance: the bot does in a lounge what it does in every other kind of room.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	t.Parallel()
	p := begin(t)
	for _, x := range roomtest.Conformance(bottest.Log()) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(p.place(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFaults: the lounge dies, the network swallows everything, and so on.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	for _, x := range roomtest.Faults(bottest.Log()) {
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
