package lounge

import (
	"slices"
	"sync"

	"earshot/bot"
	"earshot/models"
)

// seen is what a Client has been told of its room, for looking whether an order took effect. Its methods may be called
// from any goroutine.
type seen struct {
	mu       sync.Mutex
	you      string
	people   map[string]Person
	audience map[string]bool
	removed  map[string]bool // until they come back
	banned   map[string]bool
	lines    []string               // ids of the latest chat lines
	said     map[bot.Command]string // line ids of our own messages
}

const keepLines = 64

func newSeen() *seen {
	return &seen{people: map[string]Person{}, removed: map[string]bool{}, banned: map[string]bool{}, said: map[bot.Command]string{}}
}

// note takes what an event tells.
func (s *seen) note(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Type {
	case EventRoom:
		s.you = e.You
		for _, p := range e.People {
			s.people[p.ID] = p
		}
		s.setAudience(e.Audience)
	case EventPerson:
		if e.Person != nil {
			s.people[e.Person.ID] = *e.Person
			delete(s.removed, e.Person.ID)
		}
	case EventLeft:
		if s.people[e.ID].Track == e.Track {
			delete(s.people, e.ID)
		}
	case EventAudience:
		s.setAudience(e.Audience)
	case EventRemoved:
		s.removed[e.ID], s.banned[e.ID] = true, e.Banned
	case EventUnbanned:
		delete(s.banned, e.ID)
	case EventChat:
		if e.Chat != nil {
			s.lines = append(s.lines[max(0, len(s.lines)-keepLines+1):], e.Chat.ID)
		}
	case EventTalking, EventListeners, EventClosed, EventCaption:
	}
}

func (s *seen) setAudience(list []Listener) {
	s.audience = map[string]bool{}
	for _, l := range list {
		s.audience[l.ID] = true
	}
}

// effect reports whether an order is in force.
func (s *seen) effect(o bot.Command) (ok bool, how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, here := s.people[o.Target]
	switch o.Verb {
	case models.VerbMessage:
		return slices.Contains(s.lines, s.said[o]), "seen in the room's chat"
	case models.VerbMute:
		return here && p.Held, "the lounge shows the microphone as held by a host"
	case models.VerbUnmute:
		return here && !p.Held, "the lounge shows the microphone as free"
	case models.VerbToAudience:
		return !here && s.audience[o.Target], "the lounge shows the person in the audience"
	case models.VerbToStage:
		return !s.audience[o.Target], "the lounge shows the person in the audience no longer"
	case models.VerbUnban:
		return !s.banned[o.Target], "the lounge has lifted the ban"
	case models.VerbRemove:
		return !here && s.removed[o.Target], "the person has left the lounge"
	case models.VerbBan:
		return !here && s.banned[o.Target], "the person has left the lounge and may not come back"
	default:
		return false, ""
	}
}

// rights are the capabilities that a room's first event grants. Whoever follows a room may write to its chat.
func rights(verbs []models.Verb) bot.Capabilities {
	has := func(v models.Verb) bool { return slices.Contains(verbs, v) }
	return bot.Capabilities{
		Message: true, PrivateMessage: len(verbs) > 0, Mute: has(models.VerbMute), Unmute: has(models.VerbUnmute),
		ToAudience: has(models.VerbToAudience), Remove: has(models.VerbRemove), Ban: has(models.VerbBan),
	}
}

// Abilities is what the bot can do in a lounge with the host's token.
func Abilities() bot.Capabilities { return rights(HostRights()) }
