package lounge

import (
	"errors"
	"net/http"

	"earshot/models"
)

var errReplaced = errors.New("the same client published again")

// host reports whether the publication came with the host's token.
func (p *speaker) host() bool { return p.Role == models.RoleHost }

func guestName(id string) string { return "Guest " + id[:3] }

// join brings a speaker into a room. Whoever published with the same key before is replaced. People are announced
// before media flows, so that listeners are ready for the first word.
func (g *registry) join(roomName string, c caller, p *speaker, watcherID string, s session) *Problem {
	if c.host {
		g.claim(p.Name)
	}
	r, no := g.enter(roomName, c)
	if no != nil {
		return no
	}
	if no = g.admits(r, c, p); no != nil {
		r.mu.Unlock()
		g.tidy(r)
		return no
	}
	defer r.mu.Unlock()
	if old := r.people[p.ID]; old != nil {
		old.session.End(errReplaced)
		r.leave(old)
	}
	if m := r.marks[p.ID]; m != nil {
		p.hold(m.muted)
	}
	p.room, p.session = r, s
	r.people[p.ID] = p
	r.tellPerson(p)
	if w := r.watchers[watcherID]; w != nil {
		w.person, w.was = p.ID, p.ID
		r.listening = true
	}
	g.log.Info("speaker joined", "room", r.name, "speaker", p.ID, "track", p.Track)
	return nil
}

// admits says why somebody may not publish in a room; the caller holds the room's lock.
func (g *registry) admits(r *room, c caller, p *speaker) *Problem {
	if why := g.names.misleads(p.Name); why != "" && !c.host {
		return &Problem{http.StatusConflict, why}
	}
	if why := r.refusal(p.ID); why != "" && !c.host {
		return &Problem{http.StatusForbidden, why}
	}
	if r.people[p.ID] == nil && r.full(g.limits, c, speaking) {
		return &Problem{http.StatusServiceUnavailable, "the room is full"}
	}
	return nil
}

// change changes the name and the muted sign of a publication; nil leaves one as it is.
func (g *registry) change(p *speaker, name *string, muted *bool) *Problem {
	if !g.budget.mayWrite(caller{from: p.from, host: p.host()}) {
		return &Problem{http.StatusTooManyRequests, "too many changes: wait a moment"}
	}
	now, no := g.set(p, name, muted)
	if no == nil && p.host() {
		g.claim(now)
	}
	return no
}

// set does what change says and returns the name that the speaker has then.
func (g *registry) set(p *speaker, name *string, muted *bool) (string, *Problem) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if name != nil {
		to := cleanName(*name, p.Name)
		if why := g.names.misleads(to); why != "" && to != p.Name && !p.host() {
			return "", &Problem{http.StatusConflict, why}
		}
		p.Name = to
	}
	if muted != nil {
		p.Muted = *muted
	}
	p.room.tellPerson(p)
	return p.Name, nil
}

// leave takes a publication out of its room, if it is still in it.
func (g *registry) leave(p *speaker) {
	p.room.mu.Lock()
	p.room.leave(p)
	p.room.mu.Unlock()
	g.tidy(p.room)
}

// leave takes a publication out of the room, if it is still in it.
func (r *room) leave(p *speaker) {
	if r.people[p.ID] != p {
		return
	}
	delete(r.people, p.ID)
	r.tell(Event{Type: EventLeft, ID: p.ID, Track: p.Track})
	for _, w := range r.watchers {
		if w.person == p.ID {
			w.person = ""
		}
	}
}
