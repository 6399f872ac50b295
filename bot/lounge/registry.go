package lounge

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// registry holds the rooms of a lounge. Safe for concurrent use. Who takes its lock and a room's takes its own first; what
// they use below has locks that guard nothing else.
type registry struct {
	limits Limits
	budget *budget
	names  *takenNames
	log    *slog.Logger
	lines  atomic.Int64 // of chat, so far

	mu     sync.Mutex
	rooms  map[string]*room
	closed bool
}

func newRegistry(l Limits, b *budget, botName string, log *slog.Logger) *registry {
	return &registry{limits: l, budget: b, names: newTakenNames(botName), log: log, rooms: map[string]*room{}}
}

// enter finds a room, or opens it for a caller, and returns it locked. The problem says why it is not opened.
func (g *registry) enter(name string, c caller) (*room, *Problem) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, &Problem{http.StatusServiceUnavailable, "the lounge is closing"}
	}
	r := g.rooms[name]
	if r == nil {
		if len(g.rooms) >= g.limits.Rooms+reservedRooms {
			return nil, &Problem{http.StatusServiceUnavailable, "the lounge takes no more rooms"}
		}
		opened, no := g.budget.take(c, opening, 0)
		if no != nil {
			return nil, no
		}
		r = newRoom(name)
		r.opened, r.used = opened, time.Now()
		g.rooms[name] = r
	}
	r.mu.Lock()
	return r, nil
}

// find returns a room, locked; nil when it is not open.
func (g *registry) find(name string) *room {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rooms[name]
	if r != nil {
		r.mu.Lock()
	}
	return r
}

// each calls a function with every room, locked.
func (g *registry) each(f func(*room)) {
	g.mu.Lock()
	all := slices.Collect(maps.Values(g.rooms))
	g.mu.Unlock()
	for _, r := range all {
		r.mu.Lock()
		f(r)
		r.mu.Unlock()
	}
}

// tidy forgets a room that nobody is in; the caller holds no lock.
func (g *registry) tidy(r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.empty() {
		g.forget(r)
	}
}

// forget takes a room off the list; the caller holds both locks.
func (g *registry) forget(r *room) {
	if g.rooms[r.name] == r {
		delete(g.rooms, r.name)
		r.opened.giveBack()
	}
}

// closeIdle ends rooms that nobody has used for long. What hosts decided there is kept for a day.
func (g *registry) closeIdle(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.rooms {
		r.mu.Lock()
		if r.inUse() {
			r.used = now
		}
		if idle := now.Sub(r.used); idle >= g.limits.Idle {
			r.close(Event{Type: EventClosed, Idle: true})
			r.opened.giveBack()
			if len(r.marks) == 0 || idle > keepMarks {
				g.forget(r)
			}
		}
		r.mu.Unlock()
	}
}

// tellChanges tells in every room who talks and who listens, where that has changed.
func (g *registry) tellChanges() { g.each((*room).tellChanges) }

// close opens no more rooms, and ends all event streams.
func (g *registry) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.each(func(r *room) { r.close(Event{Type: EventClosed}) })
}

// claim keeps a name for the holder of the token who goes by it, and takes it from whoever does so without one. The caller holds
// no lock. Whoever comes after this is measured by it; who was there before has another name when it returns.
func (g *registry) claim(name string) {
	g.names.claim(name)
	g.each(func(r *room) { r.yield(g.names) })
}

// seat takes a place for somebody who comes. Who publishes again needs no second one.
func (g *registry) seat(roomName string, c caller, p place, person string) (*seat, *Problem) {
	spare := 0
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		old := r.people[person]
		if old == nil && r.full(g.limits, c, p) {
			return nil, &Problem{http.StatusServiceUnavailable, "the room is full"}
		}
		if old != nil && old.from == c.from {
			spare = 1
		}
	}
	return g.budget.take(c, p, spare)
}

// present returns who publishes in a room under an id, or nil.
func (g *registry) present(roomName, id string) *speaker {
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		return r.people[id]
	}
	return nil
}

// people returns who publishes in a room.
func (g *registry) people(roomName string) []Person {
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		return r.state("").People
	}
	return nil
}
