package fleet

import (
	"cmp"
	"context"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/ticks"
)

const (
	// rebalanceEvery is the interval at which a process checks whether it has more rooms than its share. It hands one over if it had too many
	// the previous time as well.
	rebalanceEvery = 5 * time.Second
	// refusedFor is how long a room that nobody took is not offered again: perhaps no other process has it in its configuration.
	refusedFor = 10 * time.Minute
)

// shares is the distribution of the rooms over the processes.
type shares struct {
	node   string // this process
	cores  int    // its cores
	others []Peer // those that accept rooms
	rooms  map[string]int
}

// shares reads the distribution of the rooms. It returns false if nobody else accepts more rooms or it can't be read.
func (l *leases) shares(ctx context.Context) (shares, bool) {
	ctx, cancel := context.WithTimeout(ctx, l.requestTime())
	defer cancel()
	cores, others := l.processes(ctx)
	if !slices.ContainsFunc(others, func(p Peer) bool { return p.Free }) {
		return shares{}, false
	}
	rooms, err := l.Leases.CountRooms(ctx)
	return shares{l.Node, cores, others, rooms}, err == nil
}

// processes returns the cores of this process, and the other processes that accept rooms: none if they can't be read.
func (l *leases) processes(ctx context.Context) (cores int, others []Peer) {
	cores = 1
	if l.Peers == nil {
		return cores, nil
	}
	peers, err := l.Peers(ctx)
	if err != nil {
		return cores, nil
	}
	for _, p := range peers {
		p.Cores = max(p.Cores, 1)
		if p.Node == l.Node {
			cores = p.Cores
		} else {
			others = append(others, p)
		}
	}
	return cores, others
}

// lacks returns how many rooms this process is short of its share of the rooms of all processes that can accept more; it is negative if it
// has more than its share.
func (s shares) lacks() int {
	total, cores := 0, s.cores
	for _, n := range s.rooms {
		total += n
	}
	for _, p := range s.others {
		if p.Free {
			cores += p.Cores
		} else {
			total -= s.rooms[p.Node]
		}
	}
	share := (total*s.cores + cores - 1) / cores
	return share - s.rooms[s.node]
}

// surplus reports whether some other process would, relative to its cores, have no more rooms than this one after taking one of them. That
// process has then no reason to give one back, so rooms don't go back and forth.
func (s shares) surplus() bool {
	return slices.ContainsFunc(s.others, func(p Peer) bool {
		return p.Free && (s.rooms[s.node]-1)*p.Cores >= (s.rooms[p.Node]+1)*s.cores
	})
}

// quota returns how many rooms the process may claim at once. 0 means that it has its share: it leaves rooms to others for a while, but
// lets none go unheard.
func (l *leases) quota(ctx context.Context) int {
	if l.Full != nil && l.Full() {
		return 0
	}
	if s, ok := l.shares(ctx); ok {
		return min(max(s.lacks(), 0), claimAtOnce)
	}
	return claimAtOnce
}

// rebalance hands over rooms to processes with fewer, one at a time, until the context ends.
func (f *Fleet) rebalance(ctx context.Context) {
	b := balancer{fleet: f, refused: map[string]time.Time{}}
	for range ticks.Every(ctx, rebalanceEvery) {
		if !f.leases.isClosed() {
			b.look(ctx)
		}
	}
}

// balancer is the state of rebalance. Only that goroutine uses it.
type balancer struct {
	fleet   *Fleet
	uneven  bool                 // the previous time
	offered string               // a room, or ""
	since   time.Time            // when it was offered
	refused map[string]time.Time // when each room may be offered again
}

// look offers a room to the other processes if one has fewer, or withdraws an offer that nobody took.
func (b *balancer) look(ctx context.Context) {
	l := b.fleet.leases
	if b.offered != "" && l.holds(b.offered) {
		if l.now().Sub(b.since) >= HandOverTime && l.Leases.KeepRooms(ctx, l.Node) == nil {
			b.refused[b.offered], b.offered = l.now().Add(refusedFor), ""
		}
		return
	}
	b.offered = ""
	before := b.uneven
	s, ok := l.shares(ctx)
	if b.uneven = ok && s.surplus(); !b.uneven || !before {
		return
	}
	lease, ok := l.spare(func(room string) bool { return l.now().Before(b.refused[room]) })
	if !ok {
		return
	}
	if err := l.Leases.OfferRoom(ctx, lease); err != nil {
		b.fleet.log.Warn("a room cannot be offered to a process with fewer", "room", lease.ID, "err", err)
		return
	}
	b.fleet.log.Info("a process with fewer rooms is to take one", "room", lease.ID, "rooms", s.rooms[l.Node])
	b.offered, b.since = lease.ID, l.now()
}

// holds reports whether this process holds the lease of a room.
func (l *leases) holds(room string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[room] != nil
}

// spare selects a room that can move to another process without a second going unheard: one in which nobody is listening, or in which two
// bots can be at once.
func (l *leases) spare(not func(room string) bool) (models.RoomLease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []*holding
	for room, h := range l.held {
		if h.lease.Origin != models.RoomBrought && !not(room) && (!h.m.listens() || overlaps(h.lease.URL)) {
			found = append(found, h)
		}
	}
	if len(found) == 0 {
		return models.RoomLease{}, false
	}
	return slices.MinFunc(found, func(a, b *holding) int {
		if x, y := a.m.listens(), b.m.listens(); x != y {
			if x {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.lease.ID, b.lease.ID)
	}).lease, true
}
