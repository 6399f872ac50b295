package room

import (
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// Present is a person who is in the room.
type Present struct {
	ID, Name string
	Role     models.Role
	// Came is the session time at which they joined; 0 if they were there before the bot, or when it reconnected.
	Came time.Duration
}

// presence records who is in the room. Its methods may be called from any goroutine.
type presence struct {
	mu      sync.Mutex
	here    map[string]time.Duration // who is present while the bot is connected, with Present.Came
	known   map[string]bool          // who has joined and has not been seen to leave, including while the bot is disconnected
	removed map[string]bool          // whom the bot removed, until they return
}

func newPresence() *presence {
	return &presence{here: map[string]time.Duration{}, known: map[string]bool{}, removed: map[string]bool{}}
}

// arrival is what has changed about a person who is present.
type arrival struct {
	seen bool // they were not known to be present
	came bool // they have just joined
	back bool // the bot had removed them
}

// enter records that a person is present. early says that people found now were there before the bot.
func (p *presence) enter(id string, now time.Duration, early bool) (a arrival) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, here := p.here[id]; !here {
		p.here[id] = 0
		a.seen, a.back = true, p.removed[id]
		delete(p.removed, id)
	}
	if !p.known[id] {
		p.known[id] = true
		a.came = !early
	}
	if a.came {
		p.here[id] = max(1, now)
	}
	return a
}

// leave records that a person has left, and reports whether that is a change.
func (p *presence) leave(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	news := p.known[id]
	delete(p.here, id)
	delete(p.known, id)
	return news
}

// nobody records that the bot is disconnected.
func (p *presence) nobody() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.here)
}

// missing returns those who were present before the bot was disconnected and have not been seen since, in order.
func (p *presence) missing() (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(p.known)) {
		if _, here := p.here[id]; !here {
			ids = append(ids, id)
		}
	}
	return ids
}

// all returns those present, with Present.Came.
func (p *presence) all() map[string]time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.here)
}

// empty reports whether nobody is present.
func (p *presence) empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.here) == 0
}

// sentOut records that the bot removed a person, who may return.
func (p *presence) sentOut(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.removed[id] = true
}
