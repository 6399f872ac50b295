package rooms

import (
	"net/http"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
	"earshot/bot/lounge/server/budget"
)

// Watch adds an event stream, whose queue begins with the room's state. One with a name is shown to everybody as a listener.
// A host's name is taken from then on: who listens is shown in any case.
func (g *Registry) Watch(roomName, name string, c budget.Caller) (*watcher, *lounge.Problem) {
	if c.Host && name != "" {
		g.claim(name)
	}
	r, no := g.enter(roomName, c)
	if no != nil {
		return nil, no
	}
	w := &watcher{id: Secret(), name: name, host: c.Host, Queue: make(chan []byte, queueLength), room: r}
	if no = g.admit(r, w, c); no != nil {
		r.mu.Unlock()
		g.tidy(r)
		return nil, no
	}
	defer r.mu.Unlock()
	if name != "" && !c.Host {
		w.name = g.names.Mark(name)
	}
	r.watchers[w.id] = w
	w.Queue <- encode(r.state(w.id))
	if w.name != "" {
		r.listening = true
	}
	return w, nil
}

// admit takes a place for an event stream; the caller holds the room's lock.
func (g *Registry) admit(r *room, w *watcher, c budget.Caller) (no *lounge.Problem) {
	if r.full(g.limits, c, budget.Watching) {
		return lounge.Refusal(http.StatusServiceUnavailable, "too many follow this room already")
	}
	w.reserved, no = g.budget.Take(c, budget.Watching, 0)
	return no
}

// Unwatch ends an event stream.
func (g *Registry) Unwatch(w *watcher) {
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

// Rename gives a visible listener another name.
func (g *Registry) Rename(roomName, secret string, by budget.Caller, name string) *lounge.Problem {
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

var mustFollow = lounge.Refusal(
	http.StatusForbidden, "follow the room's events as a listener with a name first, and send "+lounge.WatcherHeader,
)

// call does what rename says, and reports whether a host goes by the name now; the caller holds the room's lock.
func (g *Registry) call(r *room, secret string, by budget.Caller, name string) (host bool, no *lounge.Problem) {
	w := r.watchers[secret]
	if w == nil || w.name == "" {
		return false, mustFollow
	}
	if !g.budget.MayWrite(by) || !w.chat.take(time.Now()) {
		return false, lounge.Refusal(http.StatusTooManyRequests, "too many lines and names: wait a moment")
	}
	if w.name = name; !w.host {
		w.name = g.names.Mark(name)
	}
	r.listening = true
	return w.host, nil
}

// Hear registers who hears a speaker; nil when the room is full or the speaker has left.
func (g *Registry) Hear(c budget.Caller, p *Speaker, watcher, name string, s Session) *hearing {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.people[p.ID] != p || r.full(g.limits, c, budget.Listening) {
		return nil
	}
	h := &hearing{watcher: watcher, name: names.Clean(name, somebody), host: c.Host, session: s, room: r}
	if !c.Host && g.names.Misleads(h.name) != "" {
		h.name = somebody
	}
	r.hearing[h] = struct{}{}
	r.listening = true
	return h
}

// Unhear takes out who hears no more.
func (g *Registry) Unhear(h *hearing) {
	h.room.mu.Lock()
	delete(h.room.hearing, h)
	h.room.listening = true
	h.room.mu.Unlock()
	g.tidy(h.room)
}
