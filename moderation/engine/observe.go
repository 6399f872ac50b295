package engine

import (
	"cmp"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
)

// ceased is how long, in ms, a rule must not have held before it fires again: a share that fluctuates around its threshold is one
// finding.
const ceased = 15_000

// holding is stored as the time at which a rule ceased to hold for as long as it holds.
const holding = -1

// Observe takes in an observation and judges the rules on the floor, the sound, the language and the room. A rule fires when it
// begins to hold for a person, and again only after it has ceased to hold.
func (s *Session) Observe(o models.Observation) Outcome {
	p := s.roster.Person(o.SpeakerID)
	s.roster.TakeIn(p, o, s.set.VoteOver)
	var out Outcome
	targets := []*condition.Person{p}
	if o.SpeakerID == "" || o.Event != "" {
		targets = []*condition.Person{s.roster.Person("")}
	}
	if len(o.Voiced) > 0 { // interruptions and overlap concern other people too: evaluate everybody who talks
		targets = s.roster.Talkers(o.AtMS)
	}
	for _, target := range targets {
		s.observed(target, o, &out)
	}
	return out
}

// observed judges the rules on observations for one person, or for the room.
func (s *Session) observed(p *condition.Person, o models.Observation, out *Outcome) {
	sc := s.see(p, condition.EvalOptions{})
	sc.Observe, sc.Late, sc.Now, sc.Evidence = true, false, o.AtMS, nil
	sc.Line = models.Utterance{
		Key:       models.Key{Session: s.session.ID, Epoch: s.session.Epoch},
		SpeakerID: p.ID, SpeakerName: p.Name, StartMS: o.AtMS, EndMS: o.AtMS,
	}
	vs := s.set.judgeAll(sc, func(r *rule) bool { return r.observed() && r.forRoom() == (p.ID == "") })
	holds := map[string]bool{}
	for _, v := range vs {
		holds[v.Rule] = true
	}
	p.Broke(holds, ceased, o.AtMS)
	fresh := vs[:0]
	for _, v := range vs {
		if !p.Holds(v.Rule, v.rule.For, o.AtMS) {
			delete(holds, v.Rule)
			continue
		}
		if off, held := p.Held[v.Rule]; !held || off != holding && o.AtMS-off > ceased {
			fresh = append(fresh, v)
		}
		p.Held[v.Rule] = holding
	}
	for rule, off := range p.Held {
		if !holds[rule] && off == holding { // since the last evaluation
			p.Held[rule] = p.Looked
		}
	}
	p.Looked = o.AtMS
	if len(fresh) > 0 {
		u := sc.Line
		s.decide(p, u, fresh, condition.After(s.session.Started, o.AtMS), out)
	}
}

// Heard is how much somebody has talked.
type Heard struct {
	ID, Name string
	TalkMS   int64
}

// LeastHeard returns at most that many people who are present and have talked least, in that order: the fair order of who may speak next.
// Hosts and people who have left are excluded. In a crowd it costs little more than one pass over everybody.
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
