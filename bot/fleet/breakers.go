package fleet

import (
	"sync"

	"earshot/bot/room"
	"earshot/models"
)

// Breakers holds a circuit breaker for each room server, which the rooms on that server share. Its zero value is ready to use. Its methods
// may be called from any goroutine.
type Breakers struct {
	mu     sync.Mutex
	byHost map[string]*room.Breaker
}

// Of returns the breaker of the server in a room's address.
func (b *Breakers) Of(address string) *room.Breaker {
	host := address
	if at, err := models.ParseServer(address); err == nil {
		host = at.Server()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byHost == nil {
		b.byHost = map[string]*room.Breaker{}
	}
	if b.byHost[host] == nil {
		b.byHost[host] = &room.Breaker{}
	}
	return b.byHost[host]
}
