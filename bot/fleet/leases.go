package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"earshot/bot"
	"earshot/models"
	"earshot/models/store"
)

const (
	// LeaseTime is how long a process owns a room unless it renews the lease, which it does every renewEvery. See Sharing.Lasts.
	LeaseTime  = 5 * time.Second
	renewEvery = time.Second
	// claimAtOnce is the most rooms that a process claims at once, so that rooms spread, and the most that it joins at a time after claiming
	// them: joining takes processor time, and a process that joins a hundred rooms at once can't renew the leases of those it has. If there
	// may be more, it claims again after claimAgain.
	claimAtOnce = 8
	claimAgain  = 100 * time.Millisecond
	// joinTime is how long a claimed room counts as being joined: a room server that doesn't answer keeps no other room waiting for longer.
	joinTime = 3 * time.Second
	// claimFull is the interval at which a full process takes one room that nobody else took.
	claimFull = 3 * time.Second
)

// Sharing configures how a fleet shares rooms with the fleets of other processes.
type Sharing struct {
	Leases store.Leases
	// Node is the id of this process.
	Node string
	// Peers returns the processes that accept rooms, including this one if it does.
	Peers func(context.Context) ([]Peer, error)
	// Rebalance makes the process hand over rooms that it hears to processes with fewer.
	Rebalance bool
	// Lasts is how long a lease lasts; 0 means LeaseTime. A process that can't renew its leases for four fifths of that leaves the rooms
	// before another process may come. A request to the database may take two fifths.
	Lasts time.Duration
	// Full reports whether the process has enough to do. While it does, it leaves rooms to others for a while, but lets none go unheard.
	Full func() bool
	// now returns the time with a monotonic clock reading.
	now func() time.Time
}

// Peer is a process that accepts rooms.
type Peer struct {
	Node string
	// Cores is its capacity relative to others.
	Cores int
	// Free says that it can accept more rooms and gave a sign of life within the last few seconds.
	Free bool
}

func (s Sharing) letGoAfter() time.Duration { return s.Lasts * 4 / 5 }

func (s Sharing) requestTime() time.Duration { return s.Lasts * 2 / 5 }

// LeaseStats describes a process's leases of shared rooms since it started.
type LeaseStats struct {
	// Held is the number of leases held now. Age is the time since the renewal of the one that was not renewed for longest.
	Held int
	Age  time.Duration
	// Taken counts leases acquired, HandedOver those given to another process.
	Taken, HandedOver uint64
	// Lost counts leases that another process took, Expired those given up because they could not be renewed.
	Lost, Expired uint64
}

// leases holds a fleet's leases of shared rooms. Its methods may be called from any goroutine.
type leases struct {
	Sharing
	mu     sync.Mutex
	held   map[string]*holding  // by room
	unheld map[string]time.Time // since when the process owns a room that has no membership
	// givenUp holds leases that expired here, of which the store may not know yet.
	givenUp map[string]models.RoomLease
	closed  bool               // no rooms are accepted
	offers  bool               // the rooms are to be handed over
	failed  bool               // the last renewal
	known   bool               // the store knows that
	counts  LeaseStats         // only the cumulative ones
	looks   singleflight.Group // shared reads of memberships that wait for their rooms
}

// holding is a lease that this process holds.
type holding struct {
	lease   models.RoomLease
	since   time.Time // when this process learned of it
	renewed time.Time // when the current term was requested
	m       *membership
	heir    bool // it is released to its heir
	awaited bool // its heir is on its way
}

// joining returns how many rooms the process claimed within joinTime in which it does not listen yet.
func (l *leases) joining() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.held {
		if l.now().Sub(h.since) < joinTime && h.m.joins() {
			n++
		}
	}
	return n
}

// lost ends the membership of a lease that somebody else holds, or may hold.
func (h *holding) lost() { h.m.leave(bot.End(models.EndMoved, nil)) }

// wantedRoom returns a request in the form that other processes see.
func wantedRoom(r JoinRequest, room models.Room, origin models.RoomOrigin) models.WantedRoom {
	room.URL = r.Address
	return models.WantedRoom{Room: room, Origin: origin, Identity: r.Identity}
}

// take leases a room for a membership. It returns ErrThere if another process hears it.
func (l *leases) take(ctx context.Context, w models.WantedRoom, m *membership) error {
	ctx, cancel := context.WithTimeout(ctx, l.Lasts)
	defer cancel()
	asked := l.now()
	got, err := l.Leases.TakeRoom(ctx, w, l.Node, l.Lasts)
	if errors.Is(err, models.ErrConflict) {
		return fmt.Errorf("%s: %w, in another process", w.ID, ErrThere)
	}
	if err == nil {
		l.hold(got, asked, m)
	}
	return err
}

// hold gives a membership a lease. The membership ends when the lease is lost.
func (l *leases) hold(got models.RoomLease, asked time.Time, m *membership) {
	m.inherit(Lease{got, asked})
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.held[got.ID]; h == nil || h.lease.Epoch != got.Epoch {
		l.counts.Taken++
	}
	l.held[got.ID] = &holding{lease: got, since: l.now(), renewed: asked, m: m}
}

// release gives up a lease if it is still held. The room is then its heir's, free for others, or over.
func (l *leases) release(room string) {
	l.mu.Lock()
	h := l.held[room]
	delete(l.held, room)
	l.mu.Unlock()
	if h == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.requestTime())
	defer cancel()
	if h.heir && l.Leases.HandOver(ctx, h.lease, otherIdentity(h.lease.Identity), h.m.parted.Load()) == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.counts.HandedOver++
		return
	}
	_ = l.Leases.ReleaseRoom(ctx, h.lease, !h.heir) // otherwise it expires
}

// freeGivenUp releases the leases that expired here. They must not be renewed: a renewal says that the room has been heard until then.
func (l *leases) freeGivenUp(ctx context.Context) error {
	l.mu.Lock()
	given := maps.Clone(l.givenUp)
	l.mu.Unlock()
	for room, lease := range given {
		if err := l.Leases.ReleaseRoom(ctx, lease, false); err != nil {
			return err
		}
		l.mu.Lock()
		if l.givenUp[room].Epoch == lease.Epoch {
			delete(l.givenUp, room)
		}
		l.mu.Unlock()
	}
	return nil
}

// stored returns until when everything heard is stored, in ms of session time, for each room in which a session runs.
func (l *leases) stored() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int64{}
	for room, h := range l.held {
		if until := h.m.stored.Load(); until != nil {
			out[room] = max(1, (*until)().Milliseconds())
		}
	}
	return out
}

// lose drops and counts the leases that which selects.
func (l *leases) lose(count *uint64, which func(room string, h *holding) bool, told func(room string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for room, h := range l.held {
		if which(room, h) {
			delete(l.held, room)
			*count++
			told(room)
			h.lost()
		}
	}
}

// otherIdentity returns the LiveKit identity for a bot that takes over from one with the given identity: with the same one, the server
// would remove the first.
func otherIdentity(identity string) string {
	const first, second = "", "earshot-2"
	switch {
	case identity == first:
		return second
	case identity == second:
		return first
	case strings.HasSuffix(identity, "-2"):
		return strings.TrimSuffix(identity, "-2")
	}
	return identity + "-2"
}

// part leaves a room once its heir is listening there or, if only one bot can be in the room, is waiting for it.
func (l *leases) part(r models.RoomLease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[r.ID]
	if h == nil || h.lease.Epoch != r.Epoch {
		return
	}
	if h.awaited = r.Heir != ""; !h.awaited || r.Moving != models.RoomHeirIn && (overlaps(r.URL) && h.m.listens()) {
		return
	}
	h.heir = true
	h.lost()
}

// setOffers sets whether rooms are refused, and whether those held are to be handed over.
func (l *leases) setOffers(closed, offers bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.offers = closed, offers
}

// fails records whether a renewal failed, and reports whether that is news.
func (l *leases) fails(failed bool) (news bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	news = failed != l.failed
	l.failed = failed
	return news
}

// isClosed reports whether rooms are refused.
func (l *leases) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// offer records in the store whether others are to take over the rooms, including those acquired since.
func (l *leases) offer(ctx context.Context) (err error) {
	l.mu.Lock()
	offers, known := l.offers && len(l.held) > 0, l.known
	l.mu.Unlock()
	switch {
	case offers:
		_, err = l.Leases.MoveRooms(ctx, l.Node)
	case known:
		err = l.Leases.KeepRooms(ctx, l.Node)
	}
	if err == nil {
		l.mu.Lock()
		l.known = offers
		l.mu.Unlock()
	}
	return err
}

// movable counts the rooms that others can take over: those with an heir, or all.
func (l *leases) movable(all bool) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.held {
		if h.lease.Origin != models.RoomBrought && (all || h.awaited) {
			n++
		}
	}
	return n
}

// overlaps reports whether two bots can be in a room at once. Elsewhere the server takes them for the same client, or there is only one
// port.
func overlaps(address string) bool {
	at, err := models.ParseAddress(address)
	return err == nil && slices.Contains([]models.RoomKind{
		models.RoomLounge, models.RoomLiveKit, models.RoomJanus, models.RoomWHEP,
	}, at.Kind)
}

// sleep pauses; it returns false if the context has ended.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}
