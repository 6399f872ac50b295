package media

import (
	"cmp"
	"sync"
	"time"

	"earshot/models"
)

// roster holds everybody seen in a session by id. Its methods may be called from any goroutine.
type roster struct {
	mu     sync.Mutex
	people map[string]models.Speaker
}

// put records a person. It returns the merged entry, and whether it has changed.
func (r *roster) put(s models.Speaker, now time.Duration) (known models.Speaker, news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, seen := r.people[s.ID]
	s.FirstMS = now.Milliseconds()
	if seen {
		s.FirstMS = old.FirstMS
	}
	s.Role = cmp.Or(s.Role, old.Role)
	if r.people == nil {
		r.people = map[string]models.Speaker{}
	}
	r.people[s.ID] = s
	return s, !seen || s != old
}

// get returns a person's entry, and false if they were never seen.
func (r *roster) get(id string) (models.Speaker, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, seen := r.people[id]
	return s, seen
}

// name returns a person's current name.
func (r *roster) name(id, fallback string) string {
	s, _ := r.get(id)
	return cmp.Or(s.Name, fallback)
}
