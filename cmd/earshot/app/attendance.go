package app

import (
	"sync"

	"earshot/bot/media"
	"earshot/bot/room"
)

// attendance is the rooms that the bot is in, and what it went through in those that it left.
type attendance struct {
	mu   sync.Mutex
	now  map[*room.Room]bool
	past media.Stats
}

// enter counts a room until the returned function is called.
func (a *attendance) enter(r *room.Room) (leave func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.now == nil {
		a.now = map[*room.Room]bool{}
	}
	a.now[r] = true
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.now, r)
		a.past.Add(r.Stats())
	}
}

// sum adds all rooms up.
func (a *attendance) sum() media.Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.past
	for r := range a.now {
		s.Add(r.Stats())
	}
	return s
}
