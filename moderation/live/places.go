package live

import (
	"maps"
	"slices"
	"sync"

	"earshot/models"
)

// place is the bot in the room of a session.
type place struct {
	session models.Session
	room    Room
	*executor
}

// places records the rooms that the bot is in, and passes planned actions to the rooms' executors. Its methods may be called from
// any goroutine.
type places struct {
	mu    sync.Mutex
	rooms map[string]*place // by the room's id
	// waiting signals planned actions without an executor.
	waiting chan struct{}
}

func newPlaces() *places { return &places{rooms: map[string]*place{}, waiting: make(chan struct{}, 1)} }

// enter records that the bot is in a room, until leave is called.
func (p *places) enter(at *place) (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rooms[at.session.Room] = at
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.rooms[at.session.Room] == at {
			delete(p.rooms, at.session.Room)
		}
		ring(p.waiting) // for the actions it leaves behind
	}
}

// in returns the place of a room, or nil.
func (p *places) in(room string) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rooms[room]
}

// named returns the place of a room, by its id or that of its session, or nil.
func (p *places) named(name string) *place {
	if at := p.in(name); at != nil {
		return at
	}
	all := p.all()
	if i := slices.IndexFunc(all, func(at *place) bool { return at.session.ID == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// all returns all places.
func (p *places) all() []*place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Values(p.rooms))
}

// hand passes stored actions of a room to its executor. It returns false if there is none; they lapse unless one appears soon.
func (p *places) hand(room string, actions []models.Action) bool {
	at := p.in(room)
	if at == nil {
		ring(p.waiting)
		return false
	}
	at.take(actions)
	return true
}

// ring signals on a channel with room for one signal.
func ring(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
