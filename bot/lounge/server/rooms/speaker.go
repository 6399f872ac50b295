package rooms

import (
	"errors"
	"net/http"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
	"earshot/bot/lounge/server/budget"
	"earshot/models"
)

var errReplaced = errors.New("the same client published again")

// host reports whether the publication came with the host's token.
func (p *Speaker) host() bool { return p.Role == models.RoleHost }

// Join brings a speaker into a room. Whoever published with the same key before is replaced. People are announced
// before media flows, so that listeners are ready for the first word.
func (g *Registry) Join(roomName string, c budget.Caller, p *Speaker, watcherID string, s Session) *lounge.Problem {
	if c.Host {
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
		old.Session.End(errReplaced)
		r.leave(old)
	}
	if m := r.marks[p.ID]; m != nil {
		p.hold(m.muted)
	}
	p.room, p.Session = r, s
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
func (g *Registry) admits(r *room, c budget.Caller, p *Speaker) *lounge.Problem {
	if why := g.names.Misleads(p.Name); why != "" && !c.Host {
		return lounge.Refusal(http.StatusConflict, why)
	}
	if why := r.refusal(p.ID); why != "" && !c.Host {
		return lounge.Refusal(http.StatusForbidden, why)
	}
	if r.people[p.ID] == nil && r.full(g.limits, c, budget.Speaking) {
		return lounge.Refusal(http.StatusServiceUnavailable, "the room is full")
	}
	return nil
}

// Change changes the name and the muted sign of a publication; nil leaves one as it is.
func (g *Registry) Change(p *Speaker, name *string, muted *bool) *lounge.Problem {
	if !g.budget.MayWrite(budget.Caller{From: p.From, Host: p.host()}) {
		return lounge.Refusal(http.StatusTooManyRequests, "too many changes: wait a moment")
	}
	now, no := g.set(p, name, muted)
	if no == nil && p.host() {
		g.claim(now)
	}
	return no
}

// set does what change says and returns the name that the speaker has then.
func (g *Registry) set(p *Speaker, name *string, muted *bool) (string, *lounge.Problem) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if name != nil {
		to := names.Clean(*name, p.Name)
		if why := g.names.Misleads(to); why != "" && to != p.Name && !p.host() {
			return "", lounge.Refusal(http.StatusConflict, why)
		}
		p.Name = to
	}
	if muted != nil {
		p.Muted = *muted
	}
	p.room.tellPerson(p)
	return p.Name, nil
}

// Leave takes a publication out of its room, if it is still in it.
func (g *Registry) Leave(p *Speaker) {
	p.room.mu.Lock()
	p.room.leave(p)
	p.room.mu.Unlock()
	g.tidy(p.room)
}
