package lounge

import (
	"strings"

	"earshot/models"
)

// maxTaken bounds how many looks of hosts' names are remembered.
const maxTaken = 1024

// unverified stands behind the name of a listener that passes for the bot's or a host's and does not hold the token.
const unverified = " (unverified)"

// misleads says why somebody may not go by a name, or "". The token's holders may go by any. The caller holds mu.
func (s *Server) misleads(name string, host bool) string {
	switch {
	case host:
		return ""
	case passesFor(name, s.cfg.BotName):
		return "this name looks like the bot's: choose another"
	case claims(name):
		return "this name says that you are a host: choose another"
	}
	for _, l := range looks(name) {
		if s.hosts[l] {
			return "this name looks like a host's: choose another"
		}
	}
	return ""
}

// claim remembers the name of a holder of the token, and takes it from whoever goes by it without one. The caller holds mu.
func (s *Server) claim(name string, host bool) {
	if !host {
		return
	}
	if len(s.hosts) > maxTaken {
		clear(s.hosts)
	}
	for _, l := range looks(name) {
		if l != "" {
			s.hosts[l] = true
		}
	}
	for _, r := range s.rooms {
		s.yield(r)
	}
}

// yield gives other names to those who go by one that is taken.
func (s *Server) yield(r *room) {
	for _, p := range r.people {
		if p.Role != models.RoleHost && s.misleads(p.Name, false) != "" {
			p.Name = guestName(p.ID)
			r.tellPerson(p)
		}
	}
	told := false
	for _, w := range r.watchers {
		if !w.host && w.name != "" && s.marked(w.name) != w.name {
			w.name, told = s.marked(w.name), true
		}
	}
	for _, h := range r.hearing {
		if !h.host && s.misleads(h.name, false) != "" {
			h.name, told = somebody, true
		}
	}
	if told {
		r.listening = true
	}
}

// somebody is who listens without a name, or under one that is taken.
const somebody = "Somebody"

func guestName(id string) string { return "Guest " + id[:3] }

// listenerName is a visible listener's name: who listens is shown in any case. A bot's name is taken from then on. The caller
// holds mu.
func (s *Server) listenerName(name string, host bool) string {
	if host {
		s.claim(name, true)
		return name
	}
	return s.marked(name)
}

// marked is the name of a listener without the token, with a mark where it passes for another's. The caller holds mu.
func (s *Server) marked(name string) string {
	if s.misleads(name, false) == "" {
		return name
	}
	return cleanName(strings.TrimSuffix(name, unverified), "Listener") + unverified
}
