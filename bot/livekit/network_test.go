package livekit_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/bot/internal/processtest"
	"earshot/bot/internal/relaytest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/waittest"
)

// scenario is a fault that the server plays on its client.
type scenario struct {
	x *lk.SimulateScenario
	// plays is what the server's log says when the fault waits for a resume: then the signalling is broken.
	plays string
	joins int // what the bot does about it
	again int // resumes
}

func scenarios() map[string]scenario {
	all := map[string]scenario{
		"node failure": {x: &lk.SimulateScenario{Scenario: &lk.SimulateScenario_NodeFailure{NodeFailure: true}}, joins: 2},
		"migration":    {x: &lk.SimulateScenario{Scenario: &lk.SimulateScenario_Migration{Migration: true}}, joins: 2},
		"server leave": {x: &lk.SimulateScenario{Scenario: &lk.SimulateScenario_ServerLeave{ServerLeave: true}}, joins: 2},
		"signal on resume": {
			x:     &lk.SimulateScenario{Scenario: &lk.SimulateScenario_DisconnectSignalOnResume{DisconnectSignalOnResume: true}},
			plays: "simulating disconnect signal on resume", joins: 1, again: 2,
		},
		"silence on resume": {
			x:     &lk.SimulateScenario{Scenario: &lk.SimulateScenario_DisconnectSignalOnResumeNoMessages{DisconnectSignalOnResumeNoMessages: true}},
			plays: "simulating disconnect signal on resume before", joins: 2, // it refuses the resume in the end
		},
	}
	if roomtest.Long() { // this server has no TCP port: the bot has to notice, which takes 16 s
		all["tcp"] = scenario{
			x:     &lk.SimulateScenario{Scenario: &lk.SimulateScenario_SwitchCandidateProtocol{SwitchCandidateProtocol: lk.CandidateProtocol_TCP}},
			joins: 2,
		}
	}
	return all
}

// TestScenarios: after each fault that the server plays on its client the bot hears on.
func TestScenarios(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	for name, x := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := relaytest.NewTCP(s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			r, identity, told := newRoom(), "ear-"+strings.ReplaceAll(name, " ", "-"), &tally{}
			c := connector(t, livekit.Config{URL: strings.Replace(s.URL("x"), s.Addr(), p.Addr(), 1), Identity: identity, Log: slog.New(told)})
			stop := supervise(t, c, r)
			r.until(t, "Ana's sound", r.hears("ana"))
			if err := c.Simulate(x.x); err != nil {
				t.Fatal(err)
			}
			if x.plays != "" {
				waittest.Until(t, "the server's word", func() bool { return logged(t, s, x.plays, identity) })
				p.Cut()
			}
			waittest.Until(t, "the bot's answer", func() bool {
				return told.count("joined") >= x.joins && told.count("signalling resumed") >= x.again
			})
			r.until(t, "Ana's sound", r.hears("ana"))
			enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo-" + name})
			r.until(t, "Bo's sound", r.hears("bo-"+name)) // the signalling works
			stop()
			if n := told.count("joined"); x.again > 0 && n != x.joins {
				t.Errorf("%d joins, want %d", n, x.joins)
			}
		})
	}
}

// tally counts the lines of a log by their message.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (*tally) Enabled(context.Context, slog.Level) bool { return true }
func (y *tally) WithAttrs([]slog.Attr) slog.Handler     { return y }
func (y *tally) WithGroup(string) slog.Handler          { return y }
func (y *tally) Handle(_ context.Context, r slog.Record) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.n == nil {
		y.n = map[string]int{}
	}
	y.n[r.Message]++
	return nil
}

func (y *tally) count(message string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.n[message]
}

// logged reports whether the server's log has a line with all these texts.
func logged(t *testing.T, s *livekittest.Server, texts ...string) bool {
	t.Helper()
	b, err := os.ReadFile(s.Log())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			return true
		}
	}
	return false
}

// TestRevoked: the server comes back and no longer knows the key: the stay ends for good, with the reason.
func TestRevoked(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	stay, err := roomtest.Begin(connector(t, livekit.Config{URL: s.URL("x")}), log(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stay.Joined(roomtest.Patience, 1); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := s.Rekey("another-secret-for-tests-only-0123456789abcdef"); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	reason, err := stay.Wait()
	if reason != models.EndFailedAuth || models.Hint(err) == "" {
		t.Errorf("ended as %q, %v (hint %q)", reason, err, models.Hint(err))
	}
}

// place is what a trial needs of a room on a server.
func place(t *testing.T, s *livekittest.Server) roomtest.Place {
	t.Helper()
	return roomtest.Place{
		Addr: s.Addr(),
		Connect: func(addr string, f *peer.Factory) bot.Connector {
			c, err := livekit.New(livekit.Config{URL: strings.Replace(s.URL("x"), s.Addr(), addr, 1), Auth: keys, Peer: f, Log: log(t)})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Enter: func(name string, plays roomtest.Source) roomtest.Person {
			p := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: strings.ToLower(name), Name: name, Next: plays})
			return roomtest.Person{Leave: p.leave, Lines: p.lines}
		},
		Kill: s.Kill, Restart: func() error { return s.Restart(t.Context()) },
		Bots: func() int {
			ctx, service := admin(t, s, "x")
			list, err := service.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: "x"})
			if err != nil {
				t.Fatal(err)
			}
			return len(list.GetParticipants()) - 1
		},
		Private:  true,
		Moderate: func() bot.Connector { return connector(t, livekit.Config{URL: s.URL("x")}) },
		Can:      livekit.Abilities(), Bare: livekit.Abilities(), // the key and the secret are what lets the bot in
		Refused: func() map[string]roomtest.Refusal { return refused(t, s) },
		Kick: func() {
			ctx, service := admin(t, s, "x")
			if _, err := service.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{Room: "x", Identity: "earshot"}); err != nil {
				t.Fatal(err)
			}
		},
		Close: func() {
			ctx, service := admin(t, s, "x")
			if _, err := service.DeleteRoom(ctx, deleteRoom("x")); err != nil {
				t.Fatal(err)
			}
		},
		Shown: func() (names []string) {
			ctx, service := admin(t, s, "x")
			list, err := service.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: "x"})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list.GetParticipants() {
				names = append(names, p.GetName())
			}
			return names
		},
	}
}

// refused are connectors with tokens that cannot work.
func refused(t *testing.T, s *livekittest.Server) map[string]roomtest.Refusal {
	t.Helper()
	yes := true
	join := livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes}}
	deaf := join
	deaf.Video = &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: new(bool)}
	with := func(c livekit.Credentials, claims livekit.Claims, at time.Time, why models.EndReason) roomtest.Refusal {
		token, err := c.Sign(claims, at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		x := connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
		return roomtest.Refusal{Connector: x, Reason: why, Secret: token[:20]}
	}
	return map[string]roomtest.Refusal{
		"expired":      with(keys, join, time.Now().Add(-time.Hour), models.EndFailedAuth),
		"other secret": with(livekit.Credentials{Key: livekittest.Key, Secret: "wrong"}, join, time.Now(), models.EndFailedAuth),
		"deaf":         with(keys, deaf, time.Now(), models.EndDenied),
		"unknown key": {
			Connector: connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Key: "nobody", Secret: "wrong"}}),
			Reason:    models.EndFailedAuth,
		},
	}
}

// TestConformance: the bot does in a LiveKit room what it does in every other.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	for _, x := range roomtest.Conformance(log(t)) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(place(t, s)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFaults: the server dies, the network swallows everything, and so on.
func TestFaults(t *testing.T) {
	for _, x := range roomtest.Faults(log(t)) {
		t.Run(x.Name, func(t *testing.T) {
			if !x.Alone {
				t.Parallel()
			}
			if err := x.Do(place(t, server(t, ""))); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRelayOnly: told to use relays alone, the bot hears through the server's own TURN, and no local address of it is
// told to the server.
func TestRelayOnly(t *testing.T) {
	port, err := processtest.Port()
	if err != nil {
		t.Fatal(err)
	}
	s := server(
		t,
		fmt.Sprintf(
			"turn: {enabled: true, udp_port: %d, bind_addresses: [127.0.0.1], allow_restricted_peer_cidrs: [127.0.0.0/8], relay_range_start: "+
				"30000, relay_range_end: 30100}\n",
			port,
		),
	)
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	f, err := peer.New(peer.Config{Loopback: true, RelayOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := livekit.New(livekit.Config{URL: s.URL("x"), Auth: keys, Peer: f, Log: log(t)})
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom()
	listen(t, c, r)
	r.until(t, "Ana's sound", r.hears("ana"))
	// Which pair was selected is not always known to the server when it writes this.
	const active, me, relayed, direct = "participant active", `"participant": "earshot"`, "[trickle] udp relay", "[trickle] udp host"
	waittest.Until(t, "the bot's way in the server's log", func() bool { return logged(t, s, active, me) })
	if !logged(t, s, active, me, relayed) || logged(t, s, active, me, direct) || logged(t, s, active, me, "udp srflx") {
		t.Error("the server's log tells another way to the bot")
	}
}
