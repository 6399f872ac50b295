package janus

import (
	"encoding/json"
	"sync"

	"earshot/bot"
	"earshot/models"
)

// person is what is known of somebody in the room.
type person struct {
	raw  json.RawMessage // the id as the server writes it
	name string
	mids map[string]bool // audio streams, and whether a moderator muted them
}

// known tracks who is in the room, for the event handlers and to verify that a command took effect. Its methods may be called
// from any goroutine.
type known struct {
	mu     sync.Mutex
	people map[string]*person // by bare id
	sent   map[string]bool    // who was in the room and has left
}

func newKnown() *known { return &known{people: map[string]*person{}, sent: map[string]bool{}} }

// put records a publisher from a list.
func (k *known) put(p publisher) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := bare(p.ID)
	x := k.people[id]
	if x == nil {
		x = &person{}
		k.people[id] = x
	}
	x.raw, x.name, x.mids = p.ID, p.Display, map[string]bool{}
	for _, s := range p.Streams {
		if s.Type == "audio" {
			x.mids[s.Mid] = s.Moderated
		}
	}
	if len(p.Streams) == 0 { // an AudioBridge
		x.mids[""] = p.Muted
	}
	delete(k.sent, id)
}

// moderated records that a moderator muted or unmuted a stream.
func (k *known) moderated(id, mid string, muted bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if x := k.people[id]; x != nil {
		x.mids[mid] = muted
	}
}

// forget records that somebody left or stopped publishing, and reports whether they were known.
func (k *known) forget(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.people[id] == nil {
		return false
	}
	delete(k.people, id)
	k.sent[id] = true
	return true
}

// find returns a copy of what is known about somebody.
func (k *known) find(id string) (person, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x := k.people[id]
	if x == nil {
		return person{}, false
	}
	c := *x
	c.mids = map[string]bool{}
	for m, muted := range x.mids {
		c.mids[m] = muted
	}
	return c, true
}

// has reports whether somebody is here.
func (k *known) has(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.people[id] != nil
}

// ids lists everybody who is here.
func (k *known) ids() (out []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.people {
		out = append(out, id)
	}
	return out
}

// effect reports whether an order is in force.
func (k *known) effect(o bot.Command) (ok bool, how string) {
	p, here := k.find(o.Target)
	muted := 0
	for _, m := range p.mids {
		if m {
			muted++
		}
	}
	switch o.Verb {
	case models.VerbMute:
		return here && muted == len(p.mids) && muted > 0, "the server reports the sound as muted by a moderator"
	case models.VerbUnmute:
		return here && muted == 0, "the server reports the sound as free"
	case models.VerbRemove, models.VerbBan:
		k.mu.Lock()
		defer k.mu.Unlock()
		return !here && k.sent[o.Target], "the server reports that the person has left"
	default:
		return false, ""
	}
}
