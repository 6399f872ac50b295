package engine

import (
	"cmp"
	"slices"

	"earshot/models"
)

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
func (s *Session) Observe(o models.Observation) Outcome {
	p := s.person(o.SpeakerID)
	s.takeIn(p, o)
	var out Outcome
	targets := []*person{p}
	if o.SpeakerID == "" || o.Event != "" {
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
func (s *Session) takeIn(p *person, o models.Observation) {
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
func (s *Session) observed(p *person, o models.Observation, out *Outcome) {
	sc := s.see(p, manner{})
	sc.observe, sc.late, sc.now, sc.evidence = true, false, o.AtMS, nil
	sc.u = models.Utterance{
		Key:       models.Key{Session: s.session.ID, Epoch: s.session.Epoch},
		SpeakerID: p.ID, SpeakerName: p.Name, StartMS: o.AtMS, EndMS: o.AtMS,
	}
	vs := sc.judgeAll(func(r *rule) bool { return r.observed() && r.forRoom() == (p.ID == "") })
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

// vote counts a vote on a person's language, and lets go of those that are older than what is looked at.
func (p *person) vote(v models.LanguageVote, over int64) {
	p.votes = append(p.votes, v)
	var total int64
	for i, old := range slices.Backward(p.votes) {
		if total += old.VoicedMS; total >= over {
			p.votes = slices.Delete(p.votes, 0, i)
			return
		}
	}
}
