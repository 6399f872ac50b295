package room

import (
	"maps"
	"sync"
	"time"
)

// maxGreeted is of how many it is remembered that they were told of the bot; of more only while they are there.
const maxGreeted = 4096

// disclosure is who was told of the bot, over all connections of a stay. Its methods may be called from any goroutine.
type disclosure struct {
	mu        sync.Mutex
	announced bool
	greeted   map[string]bool // who was told
	waiting   map[string]bool // whom that could not be told yet
}

func newDisclosure() *disclosure {
	return &disclosure{greeted: map[string]bool{}, waiting: map[string]bool{}}
}

// untold lists who is there and has not been told yet, and reports whether there is something to say. A room in which
// nobody is known to be is told once: listeners may be there whom the server does not name.
func (d *disclosure) untold(here map[string]time.Duration, settled bool) (whom []string, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if settled && len(d.greeted) > maxGreeted {
		maps.DeleteFunc(d.greeted, func(id string, _ bool) bool { _, in := here[id]; return !in })
	}
	for id := range here {
		if !d.greeted[id] {
			whom = append(whom, id)
		}
	}
	return whom, len(whom) > 0 || !d.announced
}

// told notes what came of an announcement for those whom it was for. It returns of whom that is news, and reports whether the
// host should hear of it: somebody could not be told for the first time, or is told after all.
func (d *disclosure) told(whom []string, seen bool) (news []string, late bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range whom {
		waited := d.waiting[id]
		late = late || waited == seen
		switch {
		case seen:
			delete(d.waiting, id)
			d.greeted[id] = true
		case waited:
			continue
		default:
			d.waiting[id] = true
		}
		news = append(news, id)
	}
	d.announced = d.announced || seen
	return news, late
}
