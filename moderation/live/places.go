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

// places says in which rooms the bot is, one stay in each, and hands what is planned in a room to whoever carries it out there.
// Its methods may be called from any goroutine.
type places struct {
	mu    sync.Mutex
	rooms map[string]*place // by the room's id
	// waiting rings when something is planned that nobody can take up.
	waiting chan struct{}
}

func newPlaces() *places { return &places{rooms: map[string]*place{}, waiting: make(chan struct{}, 1)} }

// enter notes that the bot is in a room, until the returned function is called.
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
		p.ring() // for what it leaves
	}
}

// in is the bot in a room; nil: it is not there.
func (p *places) in(room string) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rooms[room]
}

// named is the bot in a room that goes by its id, or by that of the session there; nil: it is not there.
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

// all is every place where the bot is.
func (p *places) all() []*place {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Values(p.rooms))
}

// hand gives actions of a room that are stored to its executor. false: there is none, and they lapse unless one comes soon.
func (p *places) hand(room string, actions []models.Action) bool {
	at := p.in(room)
	if at == nil {
		p.ring()
		return false
	}
	at.take(actions)
	return true
}

func (p *places) ring() {
	select {
	case p.waiting <- struct{}{}:
	default: // it is known
	}
}
