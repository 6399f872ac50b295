package room

import (
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// Present is somebody who is in the room now.
type Present struct {
	ID, Name string
	Role     models.Role
	// Came is when they came, on the session's clock; 0: they were there before the bot, or came back to it.
	Came time.Duration
}

// presence is who is in the room. Its methods may be called from any goroutine.
type presence struct {
	mu      sync.Mutex
	here    map[string]time.Duration // who is there while the bot is, and when they came, as Present.Came
	known   map[string]bool          // who was seen, and not seen to go, also while the bot is out
	removed map[string]bool          // whom the bot sent out, until they come back
}

func newPresence() *presence {
	return &presence{here: map[string]time.Duration{}, known: map[string]bool{}, removed: map[string]bool{}}
}

// arrival is what is new about somebody who is there.
type arrival struct {
	seen bool // they were not known to be there
	came bool // they came just now
	back bool // the bot had sent them out
}

// enter notes that somebody is there; early: who is found now was there before the bot.
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

// leave notes that somebody is gone, and reports whether that is news.
func (p *presence) leave(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	news := p.known[id]
	delete(p.here, id)
	delete(p.known, id)
	return news
}

// nobody forgets who is there: the bot is not.
func (p *presence) nobody() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.here)
}

// missing names those who were seen before the bot was out, and not since, in order.
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

// all is who is there, and when they came.
func (p *presence) all() map[string]time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.here)
}

// empty reports whether nobody is there.
func (p *presence) empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.here) == 0
}

// sentOut remembers whom the bot removed: a removal bars nobody from coming back.
func (p *presence) sentOut(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.removed[id] = true
}
