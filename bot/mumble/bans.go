package mumble

import (
	"strings"
	"sync"

	"earshot/bot/mumble/wire"
)

// bans holds the server's ban list as last received. Its methods may be called from any goroutine.
type bans struct {
	mu   sync.Mutex
	list []wire.Ban
}

func (b *bans) set(list []wire.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = list
}

// without returns the list without one person's bans, and the number of bans left out.
func (b *bans) without(u user) (rest []wire.Ban, found int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ban := range b.list {
		if u.hash != "" && strings.EqualFold(ban.Hash, u.hash) || u.hash == "" && ban.Name == u.name {
			found++
			continue
		}
		rest = append(rest, ban)
	}
	return rest, found
}
