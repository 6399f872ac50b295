package janus

import (
	"fmt"
	"sync"

	"earshot/bot"
	"earshot/models"
)

// slots is the table of a subscription's media sections: whose audio each carries now. The server reuses a section for another
// speaker without a new track, so every change ends the old speaker's track here and opens one for the new speaker, with a fresh
// decoder. Its methods may be called from any goroutine.
type slots struct {
	handler bot.RoomHandler

	mu     sync.Mutex
	byMid  map[string]*slot
	opened int
	closed bool
}

// slot is one media section. It implements peer.Sink; its reader may end and another begin.
type slot struct {
	all   *slots
	owner owner
	to    bot.TrackSink // nil: nobody's
}

// owner is whose audio a section carries.
type owner struct{ feed, mid, name string }

func newSlots(handler bot.RoomHandler) *slots {
	return &slots{handler: handler, byMid: map[string]*slot{}}
}

// at finds the slot of a section, or creates it.
func (s *slots) at(mid string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.byMid[mid]
	if x == nil {
		x = &slot{all: s}
		s.byMid[mid] = x
	}
	return x
}

// set applies the server's list of streams, which covers all sections of the subscription. Sections of people who are not here
// have no owner: the list may have been sent before they left.
func (s *slots) set(list []stream, here func(id string) bool) {
	now := map[string]owner{}
	for _, st := range list {
		if st.Type == "audio" && st.Active && len(st.FeedID) > 0 && here(bare(st.FeedID)) {
			now[st.Mid] = owner{bare(st.FeedID), st.FeedMid, st.FeedDisplay}
		}
	}
	for mid := range now {
		s.at(mid)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for mid, x := range s.byMid {
		x.give(now[mid])
	}
}

// give assigns the section to an owner; the zero owner is nobody. The caller holds mu.
func (x *slot) give(o owner) {
	if x.owner.feed == o.feed && x.owner.mid == o.mid || x.all.closed {
		return
	}
	if x.to != nil {
		x.to.End()
		x.to = nil
	}
	x.owner = o
	if o.feed == "" {
		return
	}
	x.all.opened++
	x.to = x.all.handler.Track(bot.TrackInfo{
		Track: fmt.Sprintf("%s.%d", trackName(o.feed), x.all.opened), SpeakerID: o.feed, SpeakerName: o.name,
		Role: models.RoleSpeaker, Attribution: models.AttributionTrack,
	})
}

// trackName makes a feed's id safe in URLs.
func trackName(id string) string {
	out := []byte(id)
	for i, c := range out {
		if c >= 0x80 || c <= ' ' || c == '/' || c == '?' || c == '#' || c == '%' || c == '"' || c == '\\' {
			out[i] = '_'
		}
	}
	return string(out[:min(len(out), 64)])
}

// drop ends every track of a speaker who is gone.
func (s *slots) drop(feed string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.byMid {
		if x.owner.feed == feed {
			x.give(owner{})
		}
	}
}

// close ends all tracks for good.
func (s *slots) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.byMid {
		x.give(owner{})
	}
	s.closed = true
}

// Packet implements peer.Sink. A packet without an owner is dropped.
func (x *slot) Packet(raw []byte, levelExtID uint8) {
	x.all.mu.Lock()
	defer x.all.mu.Unlock()
	if x.to != nil {
		x.to.Packet(raw, levelExtID)
	}
}

// End implements peer.Sink: a reader has ended. Only the server ends the section's owner.
func (x *slot) End() {}
