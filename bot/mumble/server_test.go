package mumble_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/mumble"
	"earshot/bot/mumble/mumbletest"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/models/waittest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// server is a real murmurd with a channel Lobby, and one below it, Waiting.
type server struct{ *mumbletest.Server }

// start runs a server until the test ends, or skips the test where there is none.
func start(t *testing.T, extra string) *server {
	t.Helper()
	s := bottest.Serve(t, mumbletest.ErrAbsent, func() (*mumbletest.Server, error) {
		return mumbletest.Start(t.Context(), t.TempDir(), extra)
	})
	x := &server{s}
	x.admin(t, func(a *mumbletest.Admin) error {
		return errors.Join(a.Channel("", "Lobby"), a.Channel("Lobby", "Waiting"))
	})
	return x
}

// admin lets SuperUser do something.
func (s *server) admin(t *testing.T, do func(*mumbletest.Admin) error) {
	t.Helper()
	if err := s.Admin(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func connector(t *testing.T, c mumble.Config) *mumble.Connector {
	t.Helper()
	if c.Store == nil {
		c.Store = mumble.NewStore(t.TempDir())
	}
	if c.Peer == nil {
		c.Peer = bottest.Factory(t)
	}
	c.Log = bottest.Log()
	x, err := mumble.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// person is somebody who plays in a room until the test ends, or the server does, or they leave.
type person struct {
	id    string
	leave context.CancelFunc
	ended chan error
	write chan string

	mu    sync.Mutex
	heard []string
}

func (p *person) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.heard...)
}

// botName is what the bot is called in the lobby.
const botName = "Earshot-Lobby"

// promote lets a bot in for a moment, and makes it an administrator.
func (s *server) promote(t *testing.T, c bot.Connector, name string) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Run(ctx, roomtest.NewListener()) }()
	defer func() { leave(); <-ended }()
	waittest.Until(t, "the bot on the server", func() (here bool) {
		s.admin(t, func(a *mumbletest.Admin) error { _, here = a.Person(name); return nil })
		return here
	})
	s.admin(t, func(a *mumbletest.Admin) error { return a.MakeAdmin(name) })
}

// address is one of this machine's own for each name: Mumble bans by address.
func address(name string) net.IP {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return net.IPv4(127, 1, byte(h.Sum32()>>8), byte(h.Sum32()))
}

func enter(t *testing.T, url, name string, next func() ([]byte, time.Duration, error)) *person {
	t.Helper()
	p, err := arrive(t, url, name, next)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

func arrive(t *testing.T, url, name string, next func() ([]byte, time.Duration, error)) (*person, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &person{leave: cancel, ended: make(chan error, 1), write: make(chan string, 1)}
	ready, f := make(chan struct{}), bottest.Factory(t)
	var group sync.WaitGroup
	group.Go(func() {
		p.ended <- mumble.Publish(ctx, mumble.PublishConfig{
			URL: url, Name: name, Next: next, Peer: f, From: address(name), Lines: p.write,
			Ready: func(_ context.Context, id string) { p.id = id; close(ready) },
			Heard: func(text string) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.heard = append(p.heard, text)
			},
		})
	})
	t.Cleanup(func() { cancel(); group.Wait() })
	select {
	case <-ready:
		return p, nil
	case err := <-p.ended:
		return nil, fmt.Errorf("not joined: %w", err)
	}
}

// place is what a trial needs of the lobby of a server.
func (s *server) place(t *testing.T) roomtest.Place {
	t.Helper()
	dirs := map[bool]string{false: t.TempDir(), true: t.TempDir()} // a certificate for each of the two bots
	url := func(addr string) string { return "mumble://" + addr + "/Lobby?audience=Lobby/Waiting" }
	visit := func(addr string, moderates bool, f *peer.Factory) bot.Connector {
		name := map[bool]string{true: "Moderator"}[moderates]
		return connector(t, mumble.Config{URL: url(addr), Name: name, Peer: f, Store: mumble.NewStore(dirs[moderates])})
	}
	return roomtest.Place{
		Addr:    s.Addr(),
		Connect: func(addr string, f *peer.Factory) bot.Connector { return visit(addr, false, f) },
		Enter: func(name string, plays roomtest.Source) roomtest.Person {
			p := enter(t, url(s.Addr()), name, plays)
			return roomtest.Person{Leave: p.leave, Lines: p.lines, Write: func(text string) error { p.write <- text; return nil }}
		},
		Kill: s.Kill, Restart: func() error { return s.Restart(t.Context()) },
		Private: true,
		Moderate: func() bot.Connector {
			s.promote(t, visit(s.Addr(), true, bottest.Factory(t)), "Moderator-Lobby")
			return visit(s.Addr(), true, bottest.Factory(t))
		},
		Can: mumble.Abilities(), Bare: bot.Capabilities{Message: true, PrivateMessage: true, BanByAddress: true},
		Refused: func() map[string]roomtest.Refusal {
			s.admin(t, func(a *mumbletest.Admin) error {
				return errors.Join(a.Channel("", "Vault"), a.Close("Vault", "open sesame"))
			})
			to := func(url string) bot.Connector { return connector(t, mumble.Config{URL: url}) }
			return map[string]roomtest.Refusal{
				"no such channel": {Connector: to(s.URL("Lobby", "Attic")), Reason: models.EndDenied},
				"a closed one":    {Connector: to(s.URL("Vault")), Reason: models.EndDenied},
			}
		},
		Close: func() { s.admin(t, func(a *mumbletest.Admin) error { return a.RemoveChannel("Lobby") }) },
		Kick:  func() { s.admin(t, func(a *mumbletest.Admin) error { return a.Kick(botName) }) },
		Shown: func() (names []string) {
			s.admin(t, func(a *mumbletest.Admin) error { names = a.Names(); return nil })
			return names
		},
	}
}
