package roomtest

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"earshot/bot"
	"earshot/bot/internal/relaytest"
	"earshot/bot/peer"
	"earshot/models"
)

// Long asks for the long forms of the trials.
func Long() bool { return os.Getenv("EARSHOT_TEST_LONG") != "" }

// Refusal is a connector that a server does not let in, and why. Secret, where it has one, may be in no error.
type Refusal struct {
	Connector bot.Connector
	Reason    models.EndReason
	Secret    string
}

// Place is a server with a room in which nobody is yet, for one test. Its functions end the test when they fail.
type Place struct {
	// Addr is where the server's signalling listens.
	Addr string
	// Connect makes a connector that reaches the server's signalling by another address, with media by f.
	Connect func(addr string, f *peer.Factory) bot.Connector
	// Enter lets somebody into the room who plays a recording, until the test ends or they leave.
	Enter func(name string, plays Source) Person
	// Private says that a private message reaches whoever comes by Enter.
	Private bool
	// Mixed says that the server sends everybody's sound as one.
	Mixed bool

	// Moderate makes a connector with every right that the server knows, and Can is what it may do; nil: it has the rights
	// of Connect's. Bare is what that one may do.
	Moderate  func() bot.Connector
	Can, Bare bot.Capabilities
	// Refused are connectors that are not let in, by what is wrong.
	Refused func() map[string]Refusal
	// Close ends the room, as its owner does; nil: nobody can. Kick sends the bot out, as a moderator does; nil: nobody can.
	Close, Kick func()
	// Shown are the names of those whom the server shows in the room; nil: it shows nobody.
	Shown func() []string

	// Kill and Restart are a Server's, and so is Late.
	Kill    func()
	Restart func() error
	Late    time.Duration
	// Bots is how many times the bot is in the room; nil: the server does not tell.
	Bots func() int
}

// Fault is one trial of a connector.
type Fault struct {
	Name string
	// Alone says that it measures what the whole process takes: nothing else may run meanwhile.
	Alone bool
	// Many says that it joins many times.
	Many bool
	// Media says that it takes the way of the sound away and leaves signalling alone, where sound has a way of its own.
	Media bool
	// Do puts the connector of a place, where nothing has happened yet, through the fault.
	Do func(Place) error
}

// Faults are what every connector must live through.
func Faults(log *slog.Logger) []Fault {
	away, rounds := time.Second, 10
	if Long() {
		away, rounds = 30*time.Second, 200
	}
	return []Fault{
		{Name: "no path", Alone: true, Media: true, Do: func(p Place) error { return p.noPath(log) }},
		{Name: "rounds", Alone: true, Many: true, Do: func(p Place) error { return p.rounds(rounds, log) }},
		{Name: "left alone", Do: func(p Place) error {
			f, err := loopback()
			if err != nil {
				return err
			}
			return Alone(p.Connect(p.Addr, f), func(name string) func() { return p.Enter(name, Tone()).Leave }, log)
		}},
		{Name: "server away", Do: func(p Place) error { return p.away(away, log) }},
		{Name: "hole of 2 s", Do: func(p Place) error { return p.hole(2*time.Second, 1, log) }},
		{Name: "hole of 15 s", Do: func(p Place) error { return p.hole(15*time.Second, 2, log) }},
		{Name: "deaf", Media: true, Do: func(p Place) error {
			return p.impaired(func(n Network, c bot.Connector) error { return Deaf(c, n, Long(), log) })
		}},
	}
}

func (p Place) noPath(log *slog.Logger) error {
	p.Enter("Ana", Tone())
	nowhere, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
	if err != nil {
		return fmt.Errorf("roomtest: %w", err)
	}
	return NoPath(p.Connect(p.Addr, nowhere), log)
}

func (p Place) rounds(n int, log *slog.Logger) error {
	p.Enter("Ana", Tone())
	f, err := loopback()
	if err != nil {
		return err
	}
	return Rounds(func() (bot.Connector, error) { return p.Connect(p.Addr, f), nil }, n, log)
}

func (p Place) away(lasts time.Duration, log *slog.Logger) error {
	f, err := loopback()
	if err != nil {
		return err
	}
	server := Server{Kill: p.Kill, Restart: p.Restart, Speak: func(name string) { p.Enter(name, Tone()) }, Late: p.Late}
	return Away(p.Connect(p.Addr, f), server, lasts, log)
}

func (p Place) hole(lasts time.Duration, joins int, log *slog.Logger) error {
	return p.impaired(func(n Network, c bot.Connector) error {
		if err := BlackHole(c, n, lasts, joins, log); err != nil || p.Bots == nil {
			return err
		}
		for began := time.Now(); ; <-time.After(100 * time.Millisecond) { // the server may still be about to forget one
			bots := p.Bots()
			if bots <= 1 {
				return nil
			}
			if time.Since(began) > backWithin {
				return fmt.Errorf("roomtest: the bot is in the room %d times", bots)
			}
		}
	})
}

// impaired lets Ana talk, and a connector reach the server by a way that can be impaired.
func (p Place) impaired(do func(Network, bot.Connector) error) error {
	tcp, err := relaytest.NewTCP(p.Addr)
	if err != nil {
		return fmt.Errorf("roomtest: %w", err)
	}
	defer tcp.Close()
	udp, f, err := relaytest.NewUDP()
	if err != nil {
		return fmt.Errorf("roomtest: %w", err)
	}
	p.Enter("Ana", Tone())
	err = do(Network{UDP: udp, TCP: tcp}, p.Connect(tcp.Addr(), f))
	return errors.Join(err, udp.End())
}

func loopback() (*peer.Factory, error) {
	f, err := peer.New(peer.Config{Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	if err != nil {
		return nil, fmt.Errorf("roomtest: %w", err)
	}
	return f, nil
}
