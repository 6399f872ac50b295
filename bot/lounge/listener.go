package lounge

import (
	"net/http"
	"time"
)

// somebody is who listens without a name, or under one that is taken.
const somebody = "Somebody"

// publicID is the id by which others may know a secret's holder.
func publicID(secret string) string { return personID("listener", secret) }

// watch adds an event stream, whose queue begins with the room's state. One with a name is shown to everybody as a listener.
// A host's name is taken from then on: who listens is shown in any case.
func (g *registry) watch(roomName, name string, c caller) (*watcher, *Problem) {
	if c.host && name != "" {
		g.claim(name)
	}
	r, no := g.enter(roomName, c)
	if no != nil {
		return nil, no
	}
	w := &watcher{id: secret(), name: name, host: c.host, queue: make(chan []byte, queueLength), room: r}
	if no = g.admit(r, w, c); no != nil {
		r.mu.Unlock()
		g.tidy(r)
		return nil, no
	}
	defer r.mu.Unlock()
	if name != "" && !c.host {
		w.name = g.names.marked(name)
	}
	r.watchers[w.id] = w
	w.queue <- encode(r.state(w.id))
	if w.name != "" {
		r.listening = true
	}
	return w, nil
}

// admit takes a place for an event stream; the caller holds the room's lock.
func (g *registry) admit(r *room, w *watcher, c caller) (no *Problem) {
	if r.full(g.limits, c, watching) {
		return &Problem{http.StatusServiceUnavailable, "too many follow this room already"}
	}
	w.seat, no = g.budget.take(c, watching, 0)
	return no
}

// unwatch ends an event stream.
func (g *registry) unwatch(w *watcher) {
	r := w.room
	r.mu.Lock()
	if r.watchers[w.id] == w {
		r.cut(w)
	}
	if w.name != "" {
		r.listening = true
	}
	r.mu.Unlock()
	g.tidy(r)
}

// rename gives a visible listener another name.
func (g *registry) rename(roomName, secret string, by caller, name string) *Problem {
	r := g.find(roomName)
	if r == nil {
		return mustFollow
	}
	host, no := g.call(r, secret, by, name)
	r.mu.Unlock()
	if no == nil && host {
		g.claim(name)
	}
	return no
}

var mustFollow = &Problem{http.StatusForbidden, "follow the room's events as a listener with a name first, and send " + WatcherHeader}

// call does what rename says, and reports whether a host goes by the name now; the caller holds the room's lock.
func (g *registry) call(r *room, secret string, by caller, name string) (host bool, no *Problem) {
	w := r.watchers[secret]
	if w == nil || w.name == "" {
		return false, mustFollow
	}
	if !g.budget.mayWrite(by) || !w.chat.take(time.Now()) {
		return false, &Problem{http.StatusTooManyRequests, "too many lines and names: wait a moment"}
	}
	if w.name = name; !w.host {
		w.name = g.names.marked(name)
	}
	r.listening = true
	return w.host, nil
}

// hear registers who hears a speaker; nil when the room is full or the speaker has left.
func (g *registry) hear(c caller, p *speaker, watcher, name string, s session) *hearing {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.people[p.ID] != p || r.full(g.limits, c, listening) {
		return nil
	}
	h := &hearing{watcher: watcher, name: cleanName(name, somebody), host: c.host, session: s, room: r}
	if !c.host && g.names.misleads(h.name) != "" {
		h.name = somebody
	}
	r.hearing[h] = struct{}{}
	r.listening = true
	return h
}

// unhear takes out who hears no more.
func (g *registry) unhear(h *hearing) {
	h.room.mu.Lock()
	delete(h.room.hearing, h)
	h.room.listening = true
	h.room.mu.Unlock()
	g.tidy(h.room)
}
