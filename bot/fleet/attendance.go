package fleet

import (
	"sync"

	"earshot/bot/media"
	"earshot/bot/room"
)

// Attendance tracks the rooms that the bot is in and adds up the statistics of those that it has left. Its zero value is ready to use. Its
// methods may be called from any goroutine.
type Attendance struct {
	mu   sync.Mutex
	now  map[*room.Room]bool
	past media.Stats
}

// Enter counts a room as present until the returned function is called.
func (a *Attendance) Enter(r *room.Room) (leave func()) {
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

// Sum returns the statistics of all rooms, past and present.
func (a *Attendance) Sum() media.Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.past
	for r := range a.now {
		s.Add(r.Stats())
	}
	return s
}
