package media

import (
	"time"

	"earshot/models"
)

// Pause begins or ends a pause, during which no track is processed, and reports whether that is a change.
func (p *Pipeline) Pause(on bool) bool {
	now := p.parts.Now()
	since, news := p.parts.access.pause(on, now)
	if !news {
		return false
	}
	if !on {
		p.paused(since, now)
	}
	p.tracks.listen()
	return true
}

// Paused reports whether listening is paused.
func (p *Pipeline) Paused() bool { return p.parts.access.isPaused() }

// paused stores a pause that has ended.
func (p *Pipeline) paused(since, now time.Duration) {
	p.parts.voices.last.Store(int64(now)) // silence counts from now
	p.parts.gap("", "", since, now, now-since, models.GapPaused)
}

// Object records whether a speaker objects to being recorded, and reports whether that is a change. From then on their packets
// are dropped unread, and the open segment of their speech is discarded.
func (p *Pipeline) Object(id string, objects bool) bool {
	now := p.parts.Now()
	since, news := p.parts.access.object(id, objects, now)
	if !news {
		return false
	}
	if objects {
		p.parts.recent.forget(id)
	} else {
		p.objected(id, since, now)
	}
	p.tracks.listen()
	return true
}

// Objects reports whether a person objects to being recorded.
func (p *Pipeline) Objects(id string) bool { return p.parts.access.of(id) == objection }

// objected stores the duration of an objection as a gap if the speaker was present.
func (p *Pipeline) objected(id string, since, now time.Duration) {
	if s, seen := p.parts.people.get(id); seen {
		p.parts.gap(id, s.Name, since, now, now-since, models.GapObjected)
	}
}

// endAccess stores the pauses and objections that are still in force when the session ends.
func (p *Pipeline) endAccess() {
	now := p.parts.Now()
	if since, paused := p.parts.access.pause(false, now); paused {
		p.paused(since, now)
	}
	for id, since := range p.parts.access.end() {
		p.objected(id, since, now)
	}
}

// Speaker records a person, and stores the entry if anything has changed.
func (p *Pipeline) Speaker(s models.Speaker) { p.parts.speaker(s) }

// Person returns a person's name, as Name does, and their role.
func (p *Pipeline) Person(id string) (name string, role models.Role) {
	s, _ := p.parts.people.get(id)
	return p.Name(id), s.Role
}

// Name returns a person's current name, or the id if it is unknown.
func (p *Pipeline) Name(id string) string { return p.parts.people.name(id, id) }

// SilentFor returns how long ago a speaker was last heard, and false if they have no track of their own.
func (p *Pipeline) SilentFor(id string) (time.Duration, bool) { return p.parts.silentFor(id) }

// LastVoice returns the session time at which anybody was last heard or a pause ended, or 0 if there was neither.
func (p *Pipeline) LastVoice() time.Duration { return time.Duration(p.parts.voices.last.Load()) }

// HasMedia reports whether any packet has arrived.
func (p *Pipeline) HasMedia() bool { return p.parts.traffic.packets.Load() > 0 }

// Event reports a person's action to the Observer.
func (p *Pipeline) Event(e models.RoomEvent, id string) { p.parts.event(e, id) }

// Consent adds an entry to the consent ledger, after filling in Session and SpeakerName.
func (p *Pipeline) Consent(c models.Consent) {
	c.Session, c.SpeakerName = p.parts.Session.ID, p.parts.people.name(c.SpeakerID, "")
	p.parts.out.consent(c)
}

// Recent returns a speaker's audio between two session times, in ms, if it is still in memory: the original packets in the container of
// models.Clip.Opus, and the actual limits. track selects one of several tracks; "" means the one with the most audio. opus is nil if there
// is no audio. Recent may also be called after Close.
func (p *Pipeline) Recent(speakerID, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	return p.parts.recent.clip(speakerID, track, fromMS, toMS)
}

// Stats returns the current figures. It may be called at any time.
func (p *Pipeline) Stats() Stats {
	t := &p.parts.traffic
	s := Stats{
		Packets: t.packets.Load(), Bad: t.bad.Load(), Dropped: t.dropped.Load(),
		Unheard: time.Duration(p.parts.talk.unheard.Load()), Deaf: len(p.parts.talk.deafTo()), Unstored: p.parts.out.unstored(),
	}
	p.tracks.addTo(&s)
	return s
}

// DeafTo returns the names of those whom the platform shows as talking while nothing has been decoded for more than ten seconds, sorted by
// id.
func (p *Pipeline) DeafTo() []string {
	ids := p.parts.talk.deafTo()
	for i, id := range ids {
		ids[i] = p.Name(id)
	}
	return ids
}
