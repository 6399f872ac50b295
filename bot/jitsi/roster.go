package jitsi

import (
	"encoding/json"
	"strings"
	"sync"

	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

const (
	// focus is the nick of the conference focus, Jicofo, which is not a person.
	focus      = "focus"
	mostPeople = 4096
	mostName   = 200 // bytes of a name
)

// person is an occupant of the meeting's chat room.
type person struct {
	name   string
	role   string // moderator, participant or visitor
	muted  bool
	absent bool // left, or was never there
	// machine says that it is not a person but Jitsi's recorder, its older transcriber, or another program that identifies itself as one.
	machine bool
}

func (p person) speaker(id string) models.Speaker {
	s := models.Speaker{ID: id, Name: p.name, Role: models.RoleSpeaker}
	switch p.role {
	case "moderator":
		s.Role = models.RoleHost
	case "visitor":
		s.Role = models.RoleGuest
	}
	if s.Name == "" {
		s.Name = id
	}
	return s
}

// roster holds the occupants of the meeting's chat room by nick. Its methods may be called from any goroutine.
type roster struct {
	mu     sync.Mutex
	here   map[string]person
	kicked map[string]bool // whom a moderator removed
	self   string          // the bot's nick
	role   string          // the bot's
	shown  string          // the bot's name as the room shows it
}

func newRoster(self string) *roster {
	return &roster{here: map[string]person{}, kicked: map[string]bool{}, self: self}
}

// take applies somebody else's presence. It returns who they are now, and whether that is new.
func (r *roster) take(nick string, x xmpp.Stanza) (now person, news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was, known := r.here[nick]
	if x.Type == "unavailable" || x.Type == "error" {
		if x.Room != nil && x.Room.Has(xmpp.StatusKicked) && len(r.kicked) < mostPeople {
			r.kicked[nick] = true
		}
		delete(r.here, nick)
		return person{absent: true}, known
	}
	if !known && len(r.here) >= mostPeople {
		return person{absent: true}, false
	}
	delete(r.kicked, nick)
	now = person{name: was.name, role: was.role, muted: muted(x, was.muted), machine: was.machine || machine(x)}
	if x.Nick != nil {
		now.name = clean(*x.Nick)
	}
	if x.Room != nil {
		now.role = x.Room.Item.Role
	}
	r.here[nick] = now
	return now, !known || now != was
}

// takeSelf applies the bot's own presence, and reports whether its role changed.
func (r *roster) takeSelf(x xmpp.Stanza) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.Nick != nil {
		r.shown = clean(*x.Nick)
	}
	if x.Room == nil || x.Room.Item.Role == r.role {
		return false
	}
	r.role = x.Room.Item.Role
	return true
}

func (r *roster) find(nick string) (person, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.here[nick]
	return p, ok
}

// people returns everybody except the focus and other programs, by nick.
func (r *roster) people() map[string]person {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]person{}
	for nick, p := range r.here {
		if nick != focus && !p.machine {
			out[nick] = p
		}
	}
	return out
}

// isMachine reports whether an occupant is a program.
func (r *roster) isMachine(nick string) bool {
	p, _ := r.find(nick)
	return nick == focus || p.machine
}

// moderates reports whether the bot is a moderator, and whether a conference focus, which does the muting, is there.
func (r *roster) moderates() (moderator, conducted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, conducted = r.here[focus]
	return r.role == "moderator", conducted
}

func (r *roster) shownName() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shown
}

// removed reports whether a moderator removed somebody who is now absent.
func (r *roster) removed(nick string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, here := r.here[nick]
	return !here && r.kicked[nick]
}

// muted returns whether a presence says that its sender is muted: in the newer element, which lists sources as NAME-a0, or in the older
// one. If it has neither, muted returns was.
func muted(x xmpp.Stanza, was bool) bool {
	if x.Sources != nil {
		var sources map[string]struct {
			Muted bool `json:"muted"`
		}
		if json.Unmarshal([]byte(*x.Sources), &sources) != nil {
			return was
		}
		heard, found := false, false
		for name, s := range sources {
			if i := strings.LastIndex(name, "-a"); i >= 0 {
				found = true
				heard = heard || !s.Muted
			}
		}
		if found {
			return !heard
		}
	}
	if x.AudioMuted != nil {
		return *x.AudioMuted == "true"
	}
	return was
}

// machine reports whether a presence is that of a program: it says so itself, or comes from one of the domains of Jitsi's recorders and
// transcribers, whose members Jitsi's own client does not show. Neither is true of a telephone that Jigasi brings in.
func machine(x xmpp.Stanza) bool {
	if x.Bot != nil {
		return true
	}
	if x.Room == nil {
		return false
	}
	_, domain, _ := strings.Cut(x.Room.Item.JID, "@")
	return strings.HasPrefix(domain, "recorder.") || strings.HasPrefix(domain, "hidden.")
}

// clean returns a name in a form that can be displayed.
func clean(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	return strings.ToValidUTF8(name[:min(len(name), mostName)], "")
}
