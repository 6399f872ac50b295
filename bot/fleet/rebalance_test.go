package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/room"
	"earshot/models"
	"earshot/models/store"
)

// spreading is a group of processes that share rooms in a test. It counts how often one was offered.
type spreading struct {
	store.Leases
	t    *testing.T
	slow bool // processes come into no room

	mu     sync.Mutex
	peers  []Peer
	offers []string
}

// slowStage is a stage into whose rooms the bot does not come.
type slowStage struct{ Host }

// Listen implements Host.
func (s slowStage) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	r.Watch = func(room.Status) {}
	return s.Host.Listen(ctx, r)
}

func (e *spreading) OfferRoom(ctx context.Context, l models.RoomLease) error {
	e.mu.Lock()
	e.offers = append(e.offers, l.ID)
	e.mu.Unlock()
	return e.Leases.OfferRoom(ctx, l)
}

func (e *spreading) list(context.Context) ([]Peer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Peer(nil), e.peers...), nil
}

// start runs a process, which is listed until it has stopped.
func (e *spreading) start(p Peer, moves bool, rooms ...string) (stop func()) {
	e.mu.Lock()
	e.peers = append(slices.DeleteFunc(e.peers, func(o Peer) bool { return o.Node == p.Node }), p)
	e.mu.Unlock()
	var host Host = stage{make(chan SessionRequest, 99), nil, nil, nil}
	if e.slow {
		host = slowStage{host}
	}
	f := New(host, slog.New(slog.DiscardHandler))
	f.Share(Sharing{Leases: e, Node: p.Node, Peers: e.list, Rebalance: moves, Full: func() bool { return !p.Free }})
	var wanted []JoinRequest
	for _, r := range rooms {
		wanted = append(wanted, JoinRequest{Address: r, Standing: true})
	}
	ctx, end := context.WithCancel(e.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx, wanted, nil) }()
	return func() {
		end()
		if err := <-ended; err != nil {
			e.t.Error(err)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.peers = slices.DeleteFunc(e.peers, func(o Peer) bool { return o.Node == p.Node })
	}
}

// set lists processes that do nothing.
func (e *spreading) set(idle ...Peer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range idle {
		e.peers = append(slices.DeleteFunc(e.peers, func(o Peer) bool { return o.Node == p.Node }), p)
	}
}

// spread describes how many rooms each process has, and how often rooms were offered.
func (e *spreading) spread() string {
	e.t.Helper()
	counts, err := e.CountRooms(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.TrimPrefix(fmt.Sprint(counts), "map") + fmt.Sprintf(" %d offers", len(e.offers))
}

func lounges(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("lounge://a.example/%02d", i))
	}
	return out
}

// TestRebalance: rooms move one at a time from a process that has more than its share to those that have fewer, and not back. They don't if
// rebalancing is off, if the others are full, or if no other process has the room in its configuration.
func TestRebalance(t *testing.T) {
	for _, tt := range []struct {
		name       string
		moves      bool
		rooms      []string
		elsewhere  []string
		second     Peer
		soon, then string
	}{
		{"even", true, lounges(7), lounges(7), Peer{"two", 2, true}, "[one:6 two:1] 1 offers", "[one:4 two:3] 3 offers"},
		{"by cores", true, lounges(8), lounges(8), Peer{"two", 6, true}, "[one:7 two:1] 1 offers", "[one:2 two:6] 6 offers"},
		{"off", false, lounges(7), lounges(7), Peer{"two", 2, true}, "[one:7] 0 offers", "[one:7] 0 offers"},
		{"busy", true, lounges(7), lounges(7), Peer{"two", 2, false}, "[one:7] 0 offers", "[one:7] 0 offers"},
		{"few", true, lounges(1), lounges(1), Peer{"two", 2, true}, "[one:1] 0 offers", "[one:1] 0 offers"},
		{"unknown there", true, lounges(2), nil, Peer{"two", 2, true}, "[one:2] 1 offers", "[one:2] 2 offers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &spreading{Leases: openLeases(t), t: t}
				one := e.start(Peer{"one", 2, true}, tt.moves, tt.rooms...)
				time.Sleep(time.Minute + time.Second) // between two looks
				two := e.start(tt.second, tt.moves, tt.elsewhere...)
				time.Sleep(2*rebalanceEvery + 3*time.Second)
				if got := e.spread(); got != tt.soon {
					t.Errorf("soon: %s, want %s", got, tt.soon)
				}
				time.Sleep(2 * time.Minute)
				if got := e.spread(); got != tt.then {
					t.Errorf("then: %s, want %s", got, tt.then)
				}
				two()
				one()
			})
		})
	}
}

// TestRoomsThatWaitAreShared: processes with fewer rooms take those that nobody hears first, and others do if these don't come.
func TestRoomsThatWaitAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &spreading{Leases: openLeases(t), t: t}
		e.set(Peer{"one", 2, true}, Peer{"two", 2, true}, Peer{"three", 2, true}, Peer{"absent", 2, true}) // before one of them claims
		one := e.start(Peer{"one", 2, true}, true, lounges(12)...)
		two := e.start(Peer{"two", 2, true}, true, lounges(12)...)
		time.Sleep(2*time.Second + renewEvery/2) // between two looks at the rooms
		if got, want := e.spread(), "[:6 one:3 two:3] 0 offers"; got != want {
			t.Errorf("at once: %s, want %s", got, want)
		}
		e.set(Peer{"three", 2, false}, Peer{"absent", 2, false})
		time.Sleep(10 * time.Second)
		if got, want := e.spread(), "[one:6 two:6] 0 offers"; got != want {
			t.Errorf("when nobody else came: %s, want %s", got, want)
		}
		three := e.start(Peer{"three", 2, true}, true, lounges(12)...)
		time.Sleep(2 * time.Minute)
		if got, want := e.spread(), "[one:4 three:4 two:4] 4 offers"; got != want {
			t.Errorf("with a third: %s, want %s", got, want)
		}
		three()
		two()
		one()
	})
}

// TestRoomsOfADeadProcessAreShared: processes that have their share take over the rooms of a dead process as soon as its leases have
// expired.
func TestRoomsOfADeadProcessAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &spreading{Leases: openLeases(t), t: t}
		e.set(Peer{"dead", 2, true}, Peer{"one", 2, true}, Peer{"two", 2, true}) // before one of them claims
		var wanted []models.WantedRoom
		for _, r := range lounges(12) {
			wanted = append(wanted, models.WantedRoom{Room: models.Room{ID: r, URL: r}, Origin: models.RoomConfigured})
		}
		if err := e.WantRooms(t.Context(), wanted); err != nil {
			t.Fatal(err)
		}
		dead, err := e.ClaimRooms(t.Context(), models.RoomClaim{Node: "dead", Lasts: time.Hour, Most: 4, Configured: lounges(12)})
		if err != nil {
			t.Fatal(err)
		}
		one := e.start(Peer{"one", 2, true}, true, lounges(12)...)
		two := e.start(Peer{"two", 2, true}, true, lounges(12)...)
		time.Sleep(claimFull + 2*renewEvery + renewEvery/2)
		if got, want := e.spread(), "[dead:4 one:4 two:4] 0 offers"; got != want {
			t.Errorf("while it lives: %s, want %s", got, want)
		}
		e.set(Peer{"dead", 2, false})
		for _, l := range dead { // as if they had expired by the store's clock
			if err := e.ReleaseRoom(t.Context(), l, false); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(renewEvery)
		if got, want := e.spread(), "[one:6 two:6] 0 offers"; got != want {
			t.Errorf("when its leases are past: %s, want %s", got, want)
		}
		two()
		one()
	})
}

// TestRoomsAreJoinedAFewAtATime: a process does not claim more rooms while it is still joining those that it claimed.
func TestRoomsAreJoinedAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &spreading{Leases: openLeases(t), t: t, slow: true}
		one := e.start(Peer{"one", 2, true}, true, lounges(20)...)
		time.Sleep(joinTime / 2)
		if got, want := e.spread(), "[:12 one:8] 0 offers"; got != want {
			t.Errorf("at once: %s, want %s", got, want)
		}
		time.Sleep(joinTime)
		if got, want := e.spread(), "[:4 one:16] 0 offers"; got != want {
			t.Errorf("after a time: %s, want %s", got, want)
		}
		one()
	})
}
