package livekit

import (
	"context"
	"strings"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/models"
)

// person is one participant as of the server's latest update.
type person struct {
	info *lk.ParticipantInfo
	role models.Role
	// own is the role attribute that they may have set themselves: it no longer counts once the right to set it is gone.
	own string
}

func (p *person) name() string {
	if n := p.info.GetName(); n != "" {
		return n
	}
	return p.info.GetIdentity()
}

// counts reports whether this is a person, or talks like one: recorders and silent programs do not count.
func (p *person) counts() bool {
	switch p.info.GetKind() {
	case lk.ParticipantInfo_EGRESS, lk.ParticipantInfo_AGENT:
		return len(audible(p.info)) > 0
	default:
		return true
	}
}

// audible are the audio tracks of a participant.
func audible(p *lk.ParticipantInfo) []*lk.TrackInfo {
	var out []*lk.TrackInfo
	for _, t := range p.GetTracks() {
		if t.GetType() == lk.TrackType_AUDIO {
			out = append(out, t)
		}
	}
	return out
}

// RoleAttribute is the participant attribute (of the token) that says host, cohost, speaker or guest.
const RoleAttribute = "role"

// roleOf reads a role from the attribute, unless its owner may set it themselves, set it while they could (own), or the server
// does not say whether they can: then, and without an attribute, the right to publish makes a speaker. Names are not trusted.
func roleOf(p *lk.ParticipantInfo, own string) models.Role {
	attribute := p.GetAttributes()[RoleAttribute]
	if p.GetPermission() != nil && !p.GetPermission().GetCanUpdateMetadata() && (own == "" || attribute != own) {
		switch r := models.Role(strings.ToLower(attribute)); r {
		case models.RoleHost, models.RoleCohost, models.RoleSpeaker, models.RoleGuest:
			return r
		}
	}
	if p.GetPermission() == nil || p.GetPermission().GetCanPublish() || len(audible(p)) > 0 {
		return models.RoleSpeaker
	}
	return models.RoleGuest
}

// people is who is in the room. Its methods may be called from any goroutine.
type people struct {
	mu      sync.Mutex
	bySID   map[string]*person
	changed chan struct{} // closed and made anew at each change
}

func newPeople() *people { return &people{bySID: map[string]*person{}, changed: make(chan struct{})} }

// put applies an update about a participant and returns the person as they were before, nil for somebody new, and whether anything
// changed.
func (p *people) put(info *lk.ParticipantInfo) (now *person, news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.bySID[info.GetSid()]
	if old != nil && info.GetVersion() < old.info.GetVersion() {
		return old, false
	}
	own := ""
	if info.GetPermission().GetCanUpdateMetadata() {
		own = info.GetAttributes()[RoleAttribute]
	} else if old != nil && info.GetAttributes()[RoleAttribute] == old.own {
		own = old.own
	}
	now = &person{info: info, role: roleOf(info, own), own: own}
	p.bySID[info.GetSid()] = now
	p.tell()
	return now, true
}

// drop forgets a participant and reports whether the identity is gone too: somebody who came back has another sid.
func (p *people) drop(sid string) (identity string, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.bySID[sid]
	if old == nil {
		return "", false
	}
	delete(p.bySID, sid)
	p.tell()
	return old.info.GetIdentity(), p.byIdentity(old.info.GetIdentity()) == nil
}

func (p *people) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *people) byIdentity(id string) *person {
	for _, x := range p.bySID {
		if x.info.GetIdentity() == id {
			return x
		}
	}
	return nil
}

// identity finds a person by identity; nil when they are not there.
func (p *people) identity(id string) *person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byIdentity(id)
}

// sid finds a person by the server's id of this stay.
func (p *people) sid(sid string) *person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bySID[sid]
}

// all are the people, in no order.
func (p *people) all() []*person {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []*person
	for _, x := range p.bySID {
		out = append(out, x)
	}
	return out
}

// until waits for a condition, checking it at each change and every 50 ms; it reports whether it came true.
func (p *people) until(ctx context.Context, within time.Duration, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		if ok() {
			return true
		}
		select {
		case <-changed:
		case <-again.C:
		case <-ctx.Done():
			return ok()
		}
	}
}
