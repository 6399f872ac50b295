package rooms

import (
	"errors"

	"earshot/bot/lounge"
	"earshot/models"
)

// maxMarks is how many decisions a room keeps.
const maxMarks = 4096

var (
	errAudience = errors.New("a host moved the speaker to the audience")
	errRemoved  = errors.New("a host removed the speaker")
)

// Decide carries out a host's decision; it reports false when nobody of that id is known.
func (g *Registry) Decide(roomName, id string, verb models.Verb) bool {
	r := g.find(roomName)
	if r == nil {
		return false
	}
	defer r.mu.Unlock()
	if r.people[id] == nil && r.marks[id] == nil {
		return false
	}
	m := r.mark(id)
	if m == nil {
		return false
	}
	p := r.people[id]
	if p != nil {
		m.name = p.Name
	}
	m.set(verb)
	if !m.muted && !m.audience && !m.banned {
		delete(r.marks, id)
	}
	g.log.Info("host's decision", "room", roomName, "speaker", id, "verb", string(verb))
	switch verb {
	case models.VerbMute, models.VerbUnmute:
		if p != nil {
			p.hold(m.muted)
			r.tellPerson(p)
		}
	case models.VerbToAudience:
		r.expel(p, errAudience)
	case models.VerbRemove, models.VerbBan:
		r.expel(p, errRemoved)
		r.tell(lounge.Event{Type: lounge.EventRemoved, ID: id, Banned: m.banned})
		r.shutOut(id)
	case models.VerbUnban:
		r.tell(lounge.Event{Type: lounge.EventUnbanned, ID: id})
	}
	r.tell(lounge.Event{Type: lounge.EventAudience, Audience: r.audience()})
	return true
}

func (m *mark) set(verb models.Verb) {
	switch verb {
	case models.VerbMute:
		m.muted = true
	case models.VerbUnmute:
		m.muted = false
	case models.VerbToAudience:
		m.audience = true
	case models.VerbToStage:
		m.audience = false
	case models.VerbRemove:
		m.audience = false
	case models.VerbBan:
		m.banned, m.audience = true, false
	case models.VerbUnban:
		m.banned = false
	}
}

// mark finds what was decided about a person, or begins it; nil when there is no room for more.
func (r *room) mark(id string) *mark {
	m := r.marks[id]
	if m == nil && len(r.marks) < maxMarks {
		m = &mark{}
		r.marks[id] = m
	}
	return m
}

// refusal says why somebody may not publish, or "".
func (r *room) refusal(id string) string {
	m := r.marks[id]
	switch {
	case m == nil:
		return ""
	case m.banned:
		return "a host has banned you from this room"
	case m.audience:
		return "a host has moved you to the audience"
	}
	return ""
}

// hold passes a person's sound on, or not.
func (p *Speaker) hold(muted bool) {
	p.Held = muted
	p.Out.Mute(muted)
}

// expel ends a person's publication, if there is one.
func (r *room) expel(p *Speaker, why error) {
	if p == nil {
		return
	}
	p.Session.End(why)
	r.leave(p)
}

// shutOut ends the pages of somebody who was removed, and what they hear.
func (r *room) shutOut(id string) {
	for secret, w := range r.watchers {
		if w.was != id {
			continue
		}
		for h := range r.hearing {
			if h.watcher == secret {
				h.session.End(errRemoved)
			}
		}
		r.cut(w)
	}
}
