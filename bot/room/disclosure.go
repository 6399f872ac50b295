package room

import (
	"maps"
	"sync"
	"time"
)

// maxGreeted limits how many informed people are remembered; beyond it, only those present are.
const maxGreeted = 4096

// disclosure records who has been informed of the bot, across all connections of a session. Its methods may be called from any goroutine.
type disclosure struct {
	mu        sync.Mutex
	announced bool
	greeted   map[string]bool // who has been informed
	waiting   map[string]bool // those whom an announcement has not reached yet
}

func newDisclosure() *disclosure {
	return &disclosure{greeted: map[string]bool{}, waiting: map[string]bool{}}
}

// untold returns those present who have not been informed, and reports whether an announcement is due. In a room without known
// participants, one announcement is made: there may be listeners whom the server does not report.
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

// told records the outcome of an announcement to these people. It returns those for whom it changed something, and whether to tell the
// host: somebody was not reached for the first time, or has been reached after all.
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
