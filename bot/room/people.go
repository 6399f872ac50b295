package room

import (
	"cmp"
	"slices"
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

// People lists who is in the room, by id; nobody while the bot is not in it. It may be called from any goroutine.
func (r *Room) People() []Present {
	r.mu.Lock()
	out := make([]Present, 0, len(r.here))
	for id, came := range r.here {
		out = append(out, Present{ID: id, Came: came})
	}
	r.mu.Unlock()
	for i := range out {
		out[i].Name, out[i].Role = r.pipe.person(out[i].ID)
	}
	slices.SortFunc(out, func(a, b Present) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// enters notes that somebody is in the room; comes: just now.
func (r *Room) enters(id string, comes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, here := r.here[id]; !here {
		r.here[id] = 0
	}
	if comes {
		r.here[id] = max(1, r.now())
	}
}

func (r *Room) goes(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.here, id)
}

// nobodyHere forgets who is there: the bot is not.
func (r *Room) nobodyHere() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.here)
}

// person is what is known of somebody.
func (p *pipeline) person(id string) (name string, role models.Role) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.people[id]
	return cmp.Or(s.Name, id), s.Role
}
