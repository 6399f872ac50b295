package livekit_test

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v2"

	"earshot/bot/livekit"
	"earshot/bot/peer"
)

// TestScenarios: after each fault that the server plays on its client the bot hears on.
func TestScenarios(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	scenarios := map[string]*lk.SimulateScenario{
		"node failure":      {Scenario: &lk.SimulateScenario_NodeFailure{NodeFailure: true}},
		"migration":         {Scenario: &lk.SimulateScenario_Migration{Migration: true}},
		"server leave":      {Scenario: &lk.SimulateScenario_ServerLeave{ServerLeave: true}},
		"signal on resume":  {Scenario: &lk.SimulateScenario_DisconnectSignalOnResume{DisconnectSignalOnResume: true}},
		"silence on resume": {Scenario: &lk.SimulateScenario_DisconnectSignalOnResumeNoMessages{DisconnectSignalOnResumeNoMessages: true}},
		"full reconnect":    {Scenario: &lk.SimulateScenario_LeaveRequestFullReconnect{LeaveRequestFullReconnect: true}},
	}
	if everything { // this server has no TCP port: the bot has to notice, which takes 16 s
		scenarios["tcp"] = &lk.SimulateScenario{Scenario: &lk.SimulateScenario_SwitchCandidateProtocol{SwitchCandidateProtocol: lk.CandidateProtocol_TCP}}
	}
	for name, x := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom()
			c := connector(t, livekit.Config{URL: s.URL("x"), Identity: "ear-" + strings.ReplaceAll(name, " ", "-")})
			stop := supervise(t, c, r)
			r.until(t, "Ana's sound", r.hears("ana"))
			if err := c.Simulate(x); err != nil {
				t.Fatal(err)
			}
			// Whatever the server does, it does within a second.
			for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				r.until(t, "Ana's sound", r.hears("ana"))
			}
			enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo-" + name})
			r.until(t, "Bo's sound", r.hears("bo-"+name)) // the signalling works
			stop()
		})
	}
}

// hole is the bot's UDP socket, with a switch that swallows everything.
type hole struct {
	net.PacketConn
	open atomic.Bool
}

func (h *hole) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := h.PacketConn.ReadFrom(b)
		if err != nil || !h.open.Load() {
			return n, from, err
		}
	}
}

func (h *hole) WriteTo(b []byte, to net.Addr) (int, error) {
	if h.open.Load() {
		return len(b), nil
	}
	return h.PacketConn.WriteTo(b, to)
}

// TestBlackHole: the network swallows everything for a while, signalling included. A short hole is lived through; after
// a long one the bot is back within 5 s, and nobody is there twice.
func TestBlackHole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lasts time.Duration
		joins int // at most
	}{{2 * time.Second, 1}, {15 * time.Second, 2}} {
		t.Run(fmt.Sprint(tt.lasts), func(t *testing.T) {
			t.Parallel()
			s := server(t, "")
			enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
			udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			h := &hole{PacketConn: udp}
			mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: h})
			defer mux.Close()
			f, err := peer.New(peer.Config{Loopback: true, Mux: mux, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
			if err != nil {
				t.Fatal(err)
			}
			p := relay(t, s.Port)
			c, err := livekit.New(livekit.Config{URL: strings.Replace(s.URL("x"), s.Addr(), p.addr(), 1), Auth: keys, Peer: f, Log: log(t)})
			if err != nil {
				t.Fatal(err)
			}
			r := newRoom()
			stop := supervise(t, c, r)
			r.until(t, "Ana's sound", r.hears("ana"))
			h.open.Store(true)
			p.stall(true)
			time.Sleep(tt.lasts) // how long the hole is there
			h.open.Store(false)
			p.stall(false)
			back := time.Now()
			r.until(t, "Ana's sound after the hole", r.hears("ana"))
			if took := time.Since(back); took > 6*time.Second {
				t.Errorf("heard again after %v", took)
			}
			ctx, service := admin(t, s, "x")
			list, err := service.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: "x"})
			if err != nil || len(list.GetParticipants()) != 2 {
				t.Errorf("in the room: %v, %v", list.GetParticipants(), err)
			}
			r.note(func() {
				if r.joins > tt.joins {
					t.Errorf("%d joins", r.joins)
				}
			})
			stop()
		})
	}
}

// TestRounds: joining and leaving again and again leaves nothing behind.
func TestRounds(t *testing.T) {
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	f := factory(t)
	round := func() {
		c, err := livekit.New(livekit.Config{URL: s.URL("x"), Auth: keys, Peer: f})
		if err != nil {
			t.Fatal(err)
		}
		r := newRoom()
		stop := supervise(t, c, r)
		r.until(t, "Ana's sound", r.hears("ana"))
		stop()
	}
	n := 15
	if everything {
		n = 200
	}
	for range 5 {
		round()
	}
	goroutines, memory := usage()
	for range n {
		round()
	}
	after, grown := usage()
	t.Logf("%d rounds: goroutines %d -> %d, heap %d -> %d kB", n, goroutines, after, memory>>10, grown>>10)
	if after > goroutines+40 { // what pion ends within five seconds, see TestMain
		t.Errorf("%d goroutines, %d before", after, goroutines)
	}
	if grown > memory+2<<20 {
		t.Errorf("%d kB, %d before", grown>>10, memory>>10)
	}
}

func usage() (goroutines int, heap uint64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), m.HeapAlloc
}

// TestRelayOnly: told to use relays alone, the bot hears through the server's own TURN, and no local address of it is
// told to the server.
func TestRelayOnly(t *testing.T) {
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	port := udp.LocalAddr().(*net.UDPAddr).Port
	_ = udp.Close()
	s := server(t, fmt.Sprintf("turn: {enabled: true, udp_port: %d, bind_addresses: [127.0.0.1], allow_restricted_peer_cidrs: [127.0.0.0/8], relay_range_start: 30000, relay_range_end: 30100}\n", port))
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
	b, err := os.ReadFile(s.Log())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, "participant active") && strings.Contains(line, `"participant": "earshot"`) {
			if strings.Contains(line, "[remote][selected:1][trickle] udp relay") && !strings.Contains(line, "[trickle] udp host") {
				return
			}
			t.Fatalf("the bot's way: %s", line)
		}
	}
	t.Error("the server does not tell the bot's way")
}
