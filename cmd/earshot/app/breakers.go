package app

import (
	"sync"

	"earshot/bot/room"
	"earshot/models"
)

// breakers has one breaker for each room server, which the rooms there share. Its zero value is ready.
type breakers struct {
	mu     sync.Mutex
	byHost map[string]*room.Breaker
}

// of is the breaker of the server that a room's address names.
func (b *breakers) of(address string) *room.Breaker {
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

// needs are the verbs that the rules may ask for in a room.
func (p *profile) needs() []models.Verb {
	rules := p.set()
	if rules == nil {
		return nil
	}
	return roomVerbs(rules)
}
