// Package rooms is who is in which room of a lounge, what everybody there is told, and what hosts decide.
package rooms

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
	"earshot/bot/lounge/server/budget"
)

// keepMarks is how long after a room was last used it keeps what hosts decided there.
const keepMarks = 24 * time.Hour

// Registry holds the rooms of a lounge. Safe for concurrent use. Who takes its lock and a room's takes its own first; what
// they use below has locks that guard nothing else.
type Registry struct {
	limits budget.Limits
	budget *budget.Counter
	names  *names.Taken
	log    *slog.Logger
	lines  atomic.Int64 // of chat, so far
	secret string       // makes ids of addresses that nobody can read an address from

	mu     sync.Mutex
	rooms  map[string]*room
	coming map[string]bool // ids of those without a key who are being let in
	closed bool
}

// New makes a registry without rooms; botName is the name that is the bot's alone.
func New(l budget.Limits, b *budget.Counter, botName string, log *slog.Logger) *Registry {
	return &Registry{
		limits: l, budget: b, names: names.NewTaken(botName), log: log, secret: Secret(),
		rooms: map[string]*room{}, coming: map[string]bool{},
	}
}

// enter finds a room, or opens it for a caller, and returns it locked. The problem says why it is not opened.
func (g *Registry) enter(name string, c budget.Caller) (*room, *lounge.Problem) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, lounge.Refusal(http.StatusServiceUnavailable, "the lounge is closing")
	}
	r := g.rooms[name]
	if r == nil {
		if len(g.rooms) >= g.limits.Rooms+budget.ReservedRooms {
			return nil, lounge.Refusal(http.StatusServiceUnavailable, "the lounge takes no more rooms")
		}
		opened, no := g.budget.Take(c, budget.Opening, 0)
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
func (g *Registry) find(name string) *room {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rooms[name]
	if r != nil {
		r.mu.Lock()
	}
	return r
}

// each calls a function with every room, locked.
func (g *Registry) each(f func(*room)) {
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
func (g *Registry) tidy(r *room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.empty() {
		g.forget(r)
	}
}

// forget takes a room off the list; the caller holds both locks.
func (g *Registry) forget(r *room) {
	if g.rooms[r.name] == r {
		delete(g.rooms, r.name)
		r.opened.Release()
	}
}

// CloseIdle ends rooms that nobody has used for long. What hosts decided there is kept for a day.
func (g *Registry) CloseIdle(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.rooms {
		r.mu.Lock()
		if r.inUse() {
			r.used = now
		}
		if idle := now.Sub(r.used); idle >= g.limits.Idle {
			r.close(lounge.Event{Type: lounge.EventClosed, Idle: true})
			r.opened.Release()
			if len(r.marks) == 0 || idle > keepMarks {
				g.forget(r)
			}
		}
		r.mu.Unlock()
	}
}

// TellChanges tells in every room who talks and who listens, where that has changed.
func (g *Registry) TellChanges() { g.each((*room).tellChanges) }

// Close opens no more rooms, and ends all event streams.
func (g *Registry) Close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.each(func(r *room) { r.close(lounge.Event{Type: lounge.EventClosed}) })
}

// claim keeps a name for the holder of the token who goes by it, and takes it from whoever does so without one. The caller holds
// no lock. Whoever comes after this is measured by it; who was there before has another name when it returns.
func (g *Registry) claim(name string) {
	g.names.Claim(name)
	g.each(func(r *room) { r.yield(g.names) })
}

// Reserve takes a place for somebody who comes. Who publishes again needs no second one.
func (g *Registry) Reserve(roomName string, c budget.Caller, p budget.Place, person string) (*budget.Reservation, *lounge.Problem) {
	spare := 0
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		old := r.people[person]
		if old == nil && r.full(g.limits, c, p) {
			return nil, lounge.Refusal(http.StatusServiceUnavailable, "the room is full")
		}
		if old != nil && old.From == c.From {
			spare = 1
		}
	}
	return g.budget.Take(c, p, spare)
}

// Present returns who publishes in a room under an id, or nil.
func (g *Registry) Present(roomName, id string) *Speaker {
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		return r.people[id]
	}
	return nil
}

// People returns who publishes in a room.
func (g *Registry) People(roomName string) []lounge.Person {
	if r := g.find(roomName); r != nil {
		defer r.mu.Unlock()
		return r.state("").People
	}
	return nil
}
