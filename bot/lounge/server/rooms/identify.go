package rooms

import (
	"strconv"
	"strings"
)

// leastKey is how long a client's key must be.
const leastKey = 16

// Identify returns the id of somebody who comes: by their key or, where they send none, as encoders do, by the address they come from
// and the name they give. Who is alike is somebody else while the first is here, unless a host has decided something about the first,
// which holds for both. Until arrived is called, the id is given to nobody else for being alike.
func (g *Registry) Identify(roomName, key, from, name string) (id string, arrived func()) {
	if len(key) >= leastKey {
		return PersonID(roomName, key), func() {}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rooms[roomName]
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
	}
	for n := 0; ; n++ {
		id = PersonID(roomName, strings.Join([]string{g.secret, from, strconv.Itoa(n), name}, "\x00"))
		if !g.coming[id] && r.free(id) {
			g.coming[id] = true
			return id, func() { g.arrive(id) }
		}
	}
}

func (g *Registry) arrive(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.coming, id)
}

// free reports whether somebody without a key may have an id; r is nil where nobody is.
func (r *room) free(id string) bool { return r == nil || r.people[id] == nil || r.marks[id] != nil }
