package moderation

import (
	"cmp"
	"slices"

	"earshot/models"
)

// Observation is something that was noticed in the room otherwise than by words. Any of its parts may be empty. The side that
// decodes the sound sends one about once a second for each track, and one for each event of the room.
type Observation struct {
	// AtMS is when it was noticed, in ms from the session's start. Observations of one session never go back in time by more
	// than a few seconds.
	AtMS int64
	// Speaker is the person's id; empty for what belongs to the room as a whole.
	Speaker string
	// Voiced are the stretches of speech of this person that the voice detector found since the last observation, in order.
	// A stretch that goes on may be sent again with a later end, or in pieces that follow each other.
	Voiced []Span
	// Sound is what one stretch of this person's track sounded like.
	Sound *Sound
	// Event is what happened in the room.
	Event RoomEvent
	// Language is a vote for the language in which the person spoke.
	Language *LanguageVote
}

// Span is a stretch of time in ms from the session's start.
type Span struct{ StartMS, EndMS int64 }

// Sound describes a stretch of sound of one track, usually 0.2 to 1 s long.
type Sound struct {
	Span
	LevelDBFS float64 // mean level; 0 is full scale
	Clipped   float64 // share of samples at full scale, 0 to 1
	Music     float64 // how likely it is music, 0 to 1
	Noise     float64 // how likely it is noise that is neither speech nor music, 0 to 1
}

// RoomEvent is what happened in a room.
type RoomEvent string

// The events of a room. Empty: none.
const (
	RoomJoin   RoomEvent = "join"
	RoomLeave  RoomEvent = "leave"
	RoomMute   RoomEvent = "mute"
	RoomUnmute RoomEvent = "unmute"
)

// LanguageVote is a guess at the language of some speech.
type LanguageVote struct {
	Code     string // ISO 639-1
	P        float64
	VoicedMS int64
}

// ceased is how long a rule must not have held before it fires again, in ms: a share that swings about its bar is one finding.
const ceased = 15_000

// holding stands for the time at which a rule ceased to hold while it holds.
const holding = -1

// How far back observations are remembered, in ms.
const (
	maxFloor      = 3600_000
	maxSound      = 60_000
	maxRoomWindow = 3600_000
)

// Observe takes in an observation and judges the rules on the floor, the sound, the language and the room. A rule fires when
// it begins to hold for a person, and again only after it has ceased to.
func (s *Session) Observe(o Observation) Outcome {
	p := s.person(o.Speaker)
	s.takeIn(p, o)
	var out Outcome
	targets := []*person{p}
	if o.Speaker == "" || o.Event != "" {
		targets = []*person{s.person("")}
	}
	if len(o.Voiced) > 0 { // whoever was interrupted, or is talked over, is another matter: look at everybody who talks
		targets = s.talkers(o.AtMS)
	}
	for _, target := range targets {
		s.observed(target, o, &out)
	}
	return out
}

// talkers is everybody who spoke within the last minute, by id.
func (s *Session) talkers(now int64) []*person {
	var out []*person
	for _, p := range s.people {
		if n := len(p.floor.spans); n > 0 && p.floor.spans[n-1].EndMS > now-60_000 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *person) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// takeIn remembers an observation.
func (s *Session) takeIn(p *person, o Observation) {
	if p.FirstMS < 0 {
		p.FirstMS = o.AtMS
	}
	for _, v := range o.Voiced {
		p.floor.add(v)
		s.room.voiced = max(s.room.voiced, v.EndMS)
	}
	if o.Sound != nil {
		p.sound = append(p.sound, *o.Sound)
		for len(p.sound) > 0 && p.sound[0].EndMS < o.AtMS-maxSound {
			p.sound = p.sound[1:]
		}
	}
	if l := o.Language; l != nil && l.VoicedMS > 0 {
		p.vote(*l, s.set.voteOver)
	}
	s.room.event(o)
}

// observed judges the rules on what is observed for one person, or for the room.
func (s *Session) observed(p *person, o Observation, out *Outcome) {
	sc := s.see(p, manner{})
	sc.observe, sc.late, sc.now, sc.evidence = true, false, o.AtMS, nil
	sc.u = models.Utterance{
		Key:       models.Key{Session: s.session.ID, Epoch: s.session.Epoch},
		SpeakerID: p.ID, SpeakerName: p.Name, StartMS: o.AtMS, EndMS: o.AtMS,
	}
	vs := sc.judgeAll(func(r *rule) bool { return r.observed && r.forRoom() == (p.ID == "") })
	holds := map[string]bool{}
	fresh := vs[:0]
	for _, v := range vs {
		holds[v.Rule] = true
		if off, held := p.held[v.Rule]; !held || off != holding && o.AtMS-off > ceased {
			fresh = append(fresh, v)
		}
		p.held[v.Rule] = holding
	}
	for rule, off := range p.held {
		if !holds[rule] && off == holding { // since it was looked at last
			p.held[rule] = p.looked
		}
	}
	p.looked = o.AtMS
	if len(fresh) > 0 {
		u := sc.u
		s.decide(p, u, fresh, s.at(o.AtMS), out)
	}
}

// forRoom reports whether a rule is about the room and not about a person.
func (r *rule) forRoom() bool {
	return r.when.looksAt(condRoom) && !r.when.looksAt(condFloor, condHeard, condLanguage, condSays, condReveals, condRepeats)
}

// soundHolds reports whether the latest sound of a person has been as described for long enough.
func (p *person) soundHolds(h *rawHeard, now int64) bool {
	var held int64
	end := int64(-1)
	for _, w := range slices.Backward(p.sound) {
		if end < 0 && w.EndMS < now-2000 || end >= 0 && w.EndMS < end-500 || !w.as(h) {
			break
		}
		held += w.EndMS - w.StartMS
		end = w.StartMS
		if held >= h.For {
			return true
		}
	}
	return false
}

// as reports whether a stretch of sound is as a matcher describes.
func (w Sound) as(h *rawHeard) bool {
	within := func(c *compare, v float64) bool { return c == nil || c.holds(v) }
	return (h.LoudnessAbove == nil || w.LevelDBFS > *h.LoudnessAbove) && within(h.Clipped, w.Clipped) &&
		within(h.Music, w.Music) && within(h.Noise, w.Noise)
}

// vote counts a vote on a person's language, and lets go of those that are older than what is looked at.
func (p *person) vote(v LanguageVote, over int64) {
	p.votes = append(p.votes, v)
	var total int64
	for i, old := range slices.Backward(p.votes) {
		if total += old.VoicedMS; total >= over {
			p.votes = slices.Delete(p.votes, 0, i)
			return
		}
	}
}

// tongueHolds reports whether a person speaks a language other than those named, after enough speech to tell.
func (s *Session) tongueHolds(p *person, t *rawTongue) bool {
	weights := map[string]float64{}
	var voiced int64
	var total float64
	for _, v := range p.votes {
		voiced += v.VoicedMS
		weights[v.Code] += v.P * float64(v.VoicedMS)
		total += float64(v.VoicedMS)
	}
	if voiced < s.set.voteOver {
		return false
	}
	allowed := t.NotIn
	if slices.Contains(allowed, "allowed") {
		allowed = append(slices.Clone(allowed), s.set.languages...)
	}
	var other float64
	for code, w := range weights {
		if !slices.Contains(allowed, code) {
			other += w
		}
	}
	return other/total >= t.Sure
}
