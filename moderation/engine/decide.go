package engine

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// candidate is a decision in the making, with the action it would take in the room.
type candidate struct {
	decision models.Decision
	rule     *rule
	actions  []models.Action // in the room, mildest first
	others   []models.Action
}

// Decide judges a final line as Judge does and returns what is to be done. If the line is passed again soon, because storing it
// failed, it has the same outcome.
func (s *Session) Decide(u models.Utterance) Outcome {
	if i := slices.IndexFunc(s.done, func(d decided) bool { return d.key == u.Key }); i >= 0 && u.Seq != 0 {
		return s.done[i].out
	}
	vs := s.verdicts(u, condition.EvalOptions{})
	var out Outcome
	if len(vs) > 0 {
		s.decide(s.roster.Person(u.SpeakerID), u, vs, s.created(u), &out)
	}
	if len(s.done) == maxDecided {
		s.done = slices.Delete(s.done, 0, 1)
	}
	s.done = append(s.done, decided{u.Key, out})
	return out
}

// decide turns fired verdicts, most severe first, into flags and their consequences.
func (s *Session) decide(p *condition.Person, u models.Utterance, vs []Verdict, now time.Time, out *Outcome) {
	before := s.ledgers.Balances(p.ID, now)
	var cs []candidate
	for _, v := range vs {
		v.hideRedacted()
		f := v.flag(u, s.created(u))
		if u.Seq == 0 { // nothing was said: the time distinguishes findings
			f.ID = digest(20, u.Key, v.Rule, u.SpeakerID, u.EndMS)
			f.Created = now
		}
		s.limits.limit(&v, f.ID, p.ID, u.EndMS)
		f.Mode, f.Why = v.Mode, v.Why
		out.Flags = append(out.Flags, f)
		if !v.rule.forRoom() {
			s.roster.Flagged(u.EndMS)
		}
		clip := ClipRequest{f.ID, u.SpeakerID, models.Span{StartMS: f.StartMS, EndMS: f.EndMS}, rules.Unsaid, rules.Unsaid, rules.Unsaid}
		if c := v.rule.Flag.Clip; c != nil {
			clip.BeforeMS, clip.AfterMS, clip.KeepMS = c.Before, c.After, c.Keep
		}
		if u.Seq != 0 {
			out.Clips = append(out.Clips, clip)
		}
		cs = append(cs, s.begin(out, v, f, u, now))
	}
	s.settle(out, append(cs, s.climb(out, p, u, before, now)...))
}

// begin creates the decision for one flag.
func (s *Session) begin(out *Outcome, v Verdict, f models.Flag, u models.Utterance, now time.Time) candidate {
	d := models.Decision{
		ID: digest(20, f.ID, "decision"), Session: f.Session, Flag: f.ID, Utterance: f.Utterance, SpeakerID: f.SpeakerID,
		SpeakerName: f.SpeakerName, Rule: f.Rule, Pack: f.Pack, Hash: f.Hash, Mode: f.Mode, Matched: f.Matched,
		Gates: v.modelGates(), Verdict: models.VerdictLogged, Why: f.Why, Created: now,
	}
	switch {
	case f.Utterance.Seq == 0:
	case u.Spoken.IsZero():
		d.Said = now.Add(-time.Duration(u.LateMS) * time.Millisecond)
	default:
		d.Said = u.Spoken
	}
	c := candidate{decision: d, rule: v.rule}
	switch {
	case f.Mode == models.ModeWatch && v.rule.mode != models.ModeWatch:
		c.decision.Verdict = models.VerdictWithheld
	case f.Mode == models.ModeWatch:
	case s.over:
		if v.rule.SecondLook != nil && v.rule.SecondLook.MustAgree {
			withhold(&c.decision, "the session ended before the audio could be transcribed again")
		} else {
			s.carryOut(out, &c, now)
		}
	case v.rule.SecondLook != nil && f.Utterance.Seq != 0:
		c.decision.Verdict = models.VerdictPending
		out.Looks = append(out.Looks, LookRequest{d.ID, f.ID, f.Utterance})
		waiting := c.decision
		s.open[d.ID] = &waiting
	case s.wantsOpinion(v.rule, d):
		s.await(out, &c.decision)
	default:
		s.carryOut(out, &c, now)
	}
	return c
}

// modelGates converts gates to their stored form.
func (v Verdict) modelGates() []models.Gate {
	out := make([]models.Gate, len(v.Gates))
	for i, g := range v.Gates {
		out[i] = models.Gate{Name: g.Name, Got: g.Why, Passed: g.Passed}
	}
	return out
}

// settle chooses among the actions in the room: all rules run, but only the strongest action is carried out.
func (s *Session) settle(out *Outcome, cs []candidate) {
	best := -1
	for i, c := range cs {
		for _, a := range c.actions {
			if best < 0 || a.Verb.Rank() > strongestOf(cs[best].actions).Verb.Rank() {
				best = i
			}
		}
	}
	for i := range cs {
		c := &cs[i]
		if len(c.actions) > 0 {
			chosen := strongestOf(cs[best].actions)
			if i == best {
				c.decision.Done = chosen.Verb
				if c.decision.Ask != models.AskOpen {
					c.decision.Verdict, c.decision.DecidedBy, c.decision.Decided = models.VerdictEnforced, "rule", c.decision.Created
				}
				out.Actions = append(out.Actions, chosen)
			} else {
				c.decision.Why += "; " + string(chosen.Verb) + " was done because of " + cs[best].rule.ID
			}
			if open := s.open[c.decision.ID]; open != nil {
				open.Done, open.Why = c.decision.Done, c.decision.Why
			}
		}
		out.Decisions = append(out.Decisions, c.decision)
	}
	for _, c := range cs {
		out.Actions = append(out.Actions, c.others...)
	}
}

func strongestOf(as []models.Action) models.Action {
	return slices.MaxFunc(as, func(a, b models.Action) int { return cmp.Compare(a.Verb.Rank(), b.Verb.Rank()) })
}

// enter enters a ledger entry once.
func (s *Session) enter(out *Outcome, e models.LedgerEntry) {
	s.ledgers.Add(e)
	out.Ledger = append(out.Ledger, e)
}

// climb judges the rules on ledgers after points were added: those that hold now and did not before. Their points may make others
// hold; the loader has rejected cycles, and each rule fires once, so this ends. Only one action is carried out in the room, so the
// caller settles the result together with what led to it.
func (s *Session) climb(
	out *Outcome, p *condition.Person, u models.Utterance, before map[string]float64, now time.Time,
) (cs []candidate) {
	if p == nil || p.ID == "" || !s.set.ladders() {
		return nil
	}
	fired := map[*rule]bool{}
	for {
		sc := s.see(p, condition.EvalOptions{})
		sc.Look(nil, u, nil)
		sc.Late, sc.Now = true, now.Sub(s.session.Started).Milliseconds()
		vs := s.set.judgeAll(sc, func(r *rule) bool { return r.ladder() && !fired[r] && !r.heldBefore(before) })
		if len(vs) == 0 {
			return cs
		}
		for _, v := range vs {
			fired[v.rule] = true
			f := v.flag(u, s.created(u))
			f.ID = digest(20, u.Key, u.EndMS, v.Rule, "ladder")
			f.Created = now
			s.limits.limit(&v, f.ID, p.ID, sc.Now)
			f.Mode, f.Why = v.Mode, v.Why
			out.Flags = append(out.Flags, f)
			cs = append(cs, s.begin(out, v, f, u, now))
		}
	}
}

// heldBefore reports whether the ledgers were already this high before the points that were just added.
func (r *rule) heldBefore(before map[string]float64) bool {
	for _, b := range r.balances {
		if !b.Need.Holds(before[b.Name]) {
			return false
		}
	}
	return len(r.balances) > 0
}

// limits records when rules with at_most last reached the host or the room, by rule and by the person counted.
type limits map[string]firing

// firing is when a rule last reached the host or the room, and with which flag.
type firing struct {
	flag string
	at   int64
}

// limit lowers a verdict if its rule has reached the host or the room too recently.
func (l limits) limit(v *Verdict, flag, person string, at int64) {
	r := v.rule
	if r.AtMost == nil || v.Mode == models.ModeWatch {
		return
	}
	whom := r.whom(person)
	last, ok := l[whom]
	passed := !ok || last.flag == flag || at-last.at >= r.AtMost.OncePer
	v.Gates = append(v.Gates, gate("at_most", passed, "the rule has not fired lately", "the rule fired a moment ago"))
	if !passed {
		v.Mode, v.WouldEnforce = models.ModeWatch, false
		v.Why += "; recorded only, because the rule fired a moment ago"
		return
	}
	l[whom] = firing{flag, at}
}

// whom returns the person (or room) for whom at_most counts firings.
func (r *rule) whom(person string) string {
	if r.AtMost.ByPerson() {
		return r.ID + "\n" + person
	}
	return r.ID + "\n"
}

// refire records a stored verdict for at_most, at the time when its words were said, or when it was reached if there were none.
func (l limits) refire(r *rule, d models.Decision, started time.Time) {
	if r == nil || r.AtMost == nil || d.Mode == models.ModeWatch {
		return
	}
	at := d.Created.Sub(started).Milliseconds()
	if n := len(d.Matched); n > 0 && d.Matched[n-1].EndMS > 0 {
		at = d.Matched[n-1].EndMS
	}
	if last, ok := l[r.whom(d.SpeakerID)]; !ok || last.at < at {
		l[r.whom(d.SpeakerID)] = firing{d.Flag, at}
	}
}
