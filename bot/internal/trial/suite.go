package trial

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/internal/relay"
	"earshot/bot/peer"
)

// Long asks for the long forms of the trials.
func Long() bool { return os.Getenv("EARSHOT_TEST_LONG") != "" }

// Place is a server with a room in which nobody is yet, for one test. Its functions end the test when they fail.
type Place struct {
	// Addr is where the server's signalling listens.
	Addr string
	// Connect makes a connector that reaches the server's signalling by another address, with media by f.
	Connect func(addr string, f *peer.Factory) bot.Connector
	// Enter lets somebody talk in the room, for good; what they say is Tone.
	Enter func(name string) (leave func())
	// Kill and Restart are a Server's, and so is Late.
	Kill    func()
	Restart func() error
	Late    time.Duration
	// Bots is how many times the bot is in the room; nil: the server does not tell.
	Bots func() int
}

// Faults puts a connector through every trial, in each kind of room that a server has, by name.
func Faults(t *testing.T, rooms map[string]func(*testing.T) Place, log *slog.Logger) {
	t.Helper()
	names := slices.Sorted(maps.Keys(rooms))
	for _, name := range names {
		t.Run(name, func(t *testing.T) { alone(t, rooms[name], log) })
	}
	for _, name := range names {
		for what, do := range together(log) {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				do(t, rooms[name](t))
			})
		}
	}
}

// alone are the trials that measure what the whole process takes.
func alone(t *testing.T, open func(*testing.T) Place, log *slog.Logger) {
	t.Run("no path", func(t *testing.T) {
		p := open(t)
		p.Enter("Ana")
		nowhere, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
		check(t, err)
		check(t, NoPath(p.Connect(p.Addr, nowhere), log))
	})
	t.Run("rounds", func(t *testing.T) {
		p, n := open(t), 10
		if Long() {
			n = 200
		} else if p.Late > 0 {
			t.Skip("each round takes seconds here")
		}
		p.Enter("Ana")
		f := loopback(t)
		check(t, Rounds(func() (bot.Connector, error) { return p.Connect(p.Addr, f), nil }, n, log))
	})
}

// together are the trials that may run beside others.
func together(log *slog.Logger) map[string]func(*testing.T, Place) {
	away := time.Second
	if Long() {
		away = 30 * time.Second
	}
	hole := func(lasts time.Duration, joins int) func(*testing.T, Place) {
		return func(t *testing.T, p Place) {
			p.Enter("Ana")
			n, c := p.network(t)
			check(t, BlackHole(c, n, lasts, joins, log))
			if p.Bots != nil && p.Bots() > 1 {
				t.Errorf("the bot is in the room %d times", p.Bots())
			}
		}
	}
	return map[string]func(*testing.T, Place){
		"left alone": func(t *testing.T, p Place) { check(t, Alone(p.Connect(p.Addr, loopback(t)), p.Enter, log)) },
		"server away": func(t *testing.T, p Place) {
			server := Server{Kill: p.Kill, Restart: p.Restart, Speak: func(name string) { p.Enter(name) }, Late: p.Late}
			check(t, Away(p.Connect(p.Addr, loopback(t)), server, away, log))
		},
		"hole of 2 s":  hole(2*time.Second, 1),
		"hole of 15 s": hole(15*time.Second, 2),
		"deaf": func(t *testing.T, p Place) {
			p.Enter("Ana")
			n, c := p.network(t)
			check(t, Deaf(c, n, Long(), log))
		},
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func loopback(t *testing.T) *peer.Factory {
	t.Helper()
	f, err := peer.New(peer.Config{Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	check(t, err)
	return f
}

// network is a way to the server that can be impaired, and a connector that goes by it.
func (p Place) network(t *testing.T) (Network, bot.Connector) {
	t.Helper()
	tcp, err := relay.NewTCP(p.Addr)
	check(t, err)
	t.Cleanup(tcp.Close)
	udp, f, err := relay.NewUDP()
	check(t, err)
	t.Cleanup(func() {
		if err := udp.End(); err != nil {
			t.Error(fmt.Errorf("the relay: %w", err))
		}
	})
	return Network{UDP: udp, TCP: tcp}, p.Connect(tcp.Addr(), f)
}
