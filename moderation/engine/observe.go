package engine

import (
	"cmp"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
)

// ceased is how long a rule must not have held before it fires again, in ms: a share that swings about its bar is one finding.
const ceased = 15_000

// holding stands for the time at which a rule ceased to hold while it holds.
const holding = -1

// Observe takes in an observation and judges the rules on the floor, the sound, the language and the room. A rule fires when
// it begins to hold for a person, and again only after it has ceased to.
func (s *Session) Observe(o models.Observation) Outcome {
	p := s.roster.Person(o.SpeakerID)
	s.roster.TakeIn(p, o, s.set.VoteOver)
	var out Outcome
	targets := []*condition.Person{p}
	if o.SpeakerID == "" || o.Event != "" {
		targets = []*condition.Person{s.roster.Person("")}
	}
	if len(o.Voiced) > 0 { // whoever was interrupted, or is talked over, is another matter: look at everybody who talks
		targets = s.roster.Talkers(o.AtMS)
	}
	for _, target := range targets {
		s.observed(target, o, &out)
	}
	return out
}

// observed judges the rules on what is observed for one person, or for the room.
func (s *Session) observed(p *condition.Person, o models.Observation, out *Outcome) {
	sc := s.see(p, condition.Manner{})
	sc.Observe, sc.Late, sc.Now, sc.Evidence = true, false, o.AtMS, nil
	sc.Line = models.Utterance{
		Key:       models.Key{Session: s.session.ID, Epoch: s.session.Epoch},
		SpeakerID: p.ID, SpeakerName: p.Name, StartMS: o.AtMS, EndMS: o.AtMS,
	}
	vs := s.set.judgeAll(sc, func(r *rule) bool { return r.observed() && r.forRoom() == (p.ID == "") })
	holds := map[string]bool{}
	fresh := vs[:0]
	for _, v := range vs {
		holds[v.Rule] = true
		if off, held := p.Held[v.Rule]; !held || off != holding && o.AtMS-off > ceased {
			fresh = append(fresh, v)
		}
		p.Held[v.Rule] = holding
	}
	for rule, off := range p.Held {
		if !holds[rule] && off == holding { // since it was looked at last
			p.Held[rule] = p.Looked
		}
	}
	p.Looked = o.AtMS
	if len(fresh) > 0 {
		u := sc.Line
		s.decide(p, u, fresh, condition.After(s.session.Started, o.AtMS), out)
	}
}

// Heard is how much somebody has spoken.
type Heard struct {
	ID, Name string
	TalkMS   int64
}

// LeastHeard are those who are there and spoke least, at most so many, who spoke least first: the fair order of who may speak
// next. Hosts are left out, and so is whoever has left. In a crowd it costs little more than looking at everybody once.
func (s *Session) LeastHeard(most int) []Heard {
	out := make([]Heard, 0, most+1)
	for id, p := range s.roster.People {
		if id == "" || s.roster.HasLeft(id) || s.set.IsHost(p.Speaker) {
			continue
		}
		h := Heard{id, p.Name, p.Talked()}
		at, _ := slices.BinarySearchFunc(out, h, func(a, b Heard) int { return cmp.Or(cmp.Compare(a.TalkMS, b.TalkMS), cmp.Compare(a.ID, b.ID)) })
		if at == most {
			continue
		}
		out = slices.Insert(out, at, h)
		out = out[:min(len(out), most)]
	}
	return out
}
