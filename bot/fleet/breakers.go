package fleet

import (
	"sync"

	"earshot/bot/room"
	"earshot/models"
)

// Breakers has one breaker for each room server, which the rooms there share. Its zero value is
// ready; its methods may be called from any goroutine.
type Breakers struct {
	mu     sync.Mutex
	byHost map[string]*room.Breaker
}

// Of is the breaker of the server that a room's address names.
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
