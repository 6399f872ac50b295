package media

import (
	"time"

	"earshot/models"
)

// Pause begins or ends a pause in which nobody is listened to, and reports whether that is news.
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

// Paused reports whether nobody is listened to.
func (p *Pipeline) Paused() bool { return p.parts.access.isPaused() }

// paused stores a pause that is over.
func (p *Pipeline) paused(since, now time.Duration) {
	p.parts.voices.last.Store(int64(now)) // silence is counted anew
	p.parts.gap("", "", since, now, now-since, models.GapPaused)
}

// Object notes whether somebody objects to being written down, and reports whether that is news. From this moment on
// their packets are dropped before anything looks at them, and what was not yet cut of their speech is thrown away.
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

// objected stores the time in which somebody was not listened to because they objected, if they were there.
func (p *Pipeline) objected(id string, since, now time.Duration) {
	if s, seen := p.parts.people.get(id); seen {
		p.parts.gap(id, s.Name, since, now, now-since, models.GapObjected)
	}
}

// endAccess stores, at the end of a session, what was not listened to until then.
func (p *Pipeline) endAccess() {
	now := p.parts.Now()
	if since, paused := p.parts.access.pause(false, now); paused {
		p.paused(since, now)
	}
	for id, since := range p.parts.access.end() {
		p.objected(id, since, now)
	}
}

// Speaker notes who somebody is, and stores it when it is news.
func (p *Pipeline) Speaker(s models.Speaker) { p.parts.speaker(s) }

// Person is what is known of somebody; without a name they are called by their id.
func (p *Pipeline) Person(id string) (name string, role models.Role) {
	s, _ := p.parts.people.get(id)
	return p.Name(id), s.Role
}

// Name is what somebody is called now; their id when that is not known.
func (p *Pipeline) Name(id string) string { return p.parts.people.name(id, id) }

// SilentFor is how long ago somebody was last heard; false when their sound is not heard apart from others'.
func (p *Pipeline) SilentFor(id string) (time.Duration, bool) { return p.parts.silentFor(id) }

// LastVoice is when anybody was last heard, or a pause ended; 0: never.
func (p *Pipeline) LastVoice() time.Duration { return time.Duration(p.parts.voices.last.Load()) }

// HasMedia reports whether a packet ever came.
func (p *Pipeline) HasMedia() bool { return p.parts.traffic.packets.Load() > 0 }

// Event tells the Observer what somebody did.
func (p *Pipeline) Event(e models.RoomEvent, id string) { p.parts.event(e, id) }

// Consent has an entry of the consent ledger stored. Session and SpeakerName are filled in.
func (p *Pipeline) Consent(c models.Consent) {
	c.Session, c.SpeakerName = p.parts.Session.ID, p.parts.people.name(c.SpeakerID, "")
	p.parts.out.consent(c)
}

// Recent is the sound of somebody between two times of the session, in ms, as far as it is still held in memory: the
// packets as they came, in the container of models.Clip.Opus, and where they begin and end. Of somebody with several tracks
// it is that of the named one, or without a name of the one with the most sound. opus is nil when nothing is held. It may be
// called after Close too.
func (p *Pipeline) Recent(speakerID, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	return p.parts.recent.clip(speakerID, track, fromMS, toMS)
}

// Stats may be called at any time.
func (p *Pipeline) Stats() Stats {
	t := &p.parts.traffic
	s := Stats{
		Packets: t.packets.Load(), Bad: t.bad.Load(), Dropped: t.dropped.Load(),
		Unheard: time.Duration(p.parts.talk.unheard.Load()), Deaf: len(p.parts.talk.deafTo()), Unstored: p.parts.out.unstored(),
	}
	p.tracks.addTo(&s)
	return s
}

// DeafTo names those who are shown as talking and of whom nothing was heard for more than ten seconds, in order of their ids.
func (p *Pipeline) DeafTo() []string {
	ids := p.parts.talk.deafTo()
	for i, id := range ids {
		ids[i] = p.Name(id)
	}
	return ids
}
