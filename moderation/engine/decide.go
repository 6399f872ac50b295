package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/rules"
)

// Outcome is what came of a line, an observation or an answer: to be stored in one transaction, and then to be done. Every id in
// it is derived from what it belongs to, so that storing and doing it twice is doing it once.
type Outcome struct {
	Flags []models.Flag
	// Decisions are new ones, or changed ones (answered, lapsed, looked at again), whole in either case.
	Decisions []models.Decision
	// Actions are planned, in the order in which they are to be done.
	Actions []models.Action
	Ledger  []models.LedgerEntry
	// Redactions are words to be masked in the record.
	Redactions []Redaction
	// Clips is sound to be kept as evidence, one for each flag of a line.
	Clips []ClipRequest
	// Looks are flagged clips to be decoded again; their decisions wait for SecondLook.
	Looks []LookRequest
	// Opinions are verdicts that a second opinion may lower; their decisions wait for Opinion.
	Opinions []OpinionRequest
	// Statuses are the flags that a host has answered.
	Statuses []FlagAnswer
}

// Redaction says what is to be masked in the record. The words are those of the flag; some may lie in earlier lines.
type Redaction struct {
	Flag, Speaker string
	Utterance     models.Key
	Words         []models.Word
	Text          bool   // mask the words in the stored text
	Clip          string // what becomes of them in the kept sound: ClipBeep, ClipSilence, "keep" or ""
}

// What becomes of redacted words in the kept sound.
const (
	ClipBeep    = "beep"
	ClipSilence = "silence"
)

// ClipRequest is sound to be kept: of one person, so much before and after the words of a flag, for so long. What the rule
// does not say is rules.Unsaid: the settings decide it.
type ClipRequest struct {
	Flag, SpeakerID string
	models.Span     // of the words
	BeforeMS        int64
	AfterMS         int64
	KeepMS          int64
}

// LookRequest is a clip to be decoded again.
type LookRequest struct {
	Decision, Flag string
	Utterance      models.Key
	Model          string // empty: the same model at full context
}

// FlagAnswer is what a host said of a flag.
type FlagAnswer struct {
	Flag      string
	Confirmed bool
	By        string
	At        time.Time
}

// candidate is a decision in the making, with the verb that it would carry out in the room.
type candidate struct {
	decision models.Decision
	rule     *rule
	actions  []models.Action // in the room, mildest first
	others   []models.Action
}

// Decide judges a final line as Judge does and says what is to be done. A line that comes again within the next lines, because
// storing it failed, has the same outcome.
func (s *Session) Decide(u models.Utterance) Outcome {
	if i := slices.IndexFunc(s.done, func(d decided) bool { return d.key == u.Key }); i >= 0 && u.Seq != 0 {
		return s.done[i].out
	}
	vs := s.verdicts(u, manner{})
	var out Outcome
	if len(vs) > 0 {
		s.decide(s.person(u.SpeakerID), u, vs, s.created(u), &out)
	}
	if len(s.done) == maxDecided {
		s.done = slices.Delete(s.done, 0, 1)
	}
	s.done = append(s.done, decided{u.Key, out})
	return out
}

// decide turns fired verdicts, gravest first, into flags and what follows from them.
func (s *Session) decide(p *person, u models.Utterance, vs []Verdict, now time.Time, out *Outcome) {
	before := s.balances(p, now)
	var cs []candidate
	for _, v := range vs {
		v.hideRedacted()
		f := s.flag(u, v)
		if u.Seq == 0 { // nothing was said: the time tells one finding from the next
			f.ID = digest(20, u.Key, v.Rule, u.SpeakerID, u.EndMS)
			f.Created = now
		}
		s.limit(&v, f.ID, p, u.EndMS)
		f.Mode, f.Why = v.Mode, v.Why
		out.Flags = append(out.Flags, f)
		clip := ClipRequest{f.ID, u.SpeakerID, models.Span{StartMS: f.StartMS, EndMS: f.EndMS}, rules.Unsaid, rules.Unsaid, rules.Unsaid}
		if c := v.rule.Flag.Clip; c != nil {
			clip.BeforeMS, clip.AfterMS, clip.KeepMS = c.Before, c.After, c.Keep
		}
		if u.Seq != 0 {
			out.Clips = append(out.Clips, clip)
		}
		cs = append(cs, s.begin(out, v, f, u, now))
	}
	s.settle(out, cs)
	s.climb(out, p, u, before, now)
}

// begin makes the decision of one flag.
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
			withhold(&c.decision, "the stay was over before it could be listened to a second time")
		} else {
			s.carryOut(out, &c, now)
		}
	case v.rule.SecondLook != nil && f.Utterance.Seq != 0:
		c.decision.Verdict = models.VerdictPending
		out.Looks = append(out.Looks, LookRequest{d.ID, f.ID, f.Utterance, v.rule.SecondLook.Model})
		waiting := c.decision
		s.open[d.ID] = &waiting
	case s.wantsOpinion(v.rule, d):
		s.await(out, &c.decision)
	default:
		s.carryOut(out, &c, now)
	}
	return c
}

// modelGates are the gates as they are stored.
func (v Verdict) modelGates() []models.Gate {
	out := make([]models.Gate, len(v.Gates))
	for i, g := range v.Gates {
		out[i] = models.Gate{Name: g.Name, Got: g.Why, Passed: g.Passed}
	}
	return out
}

// settle chooses among the verbs that would be carried out in the room: all rules run, only the strongest verb fires.
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

// shortDuration is a duration as rule files have it.
func shortDuration(ms int64) string {
	text := (time.Duration(ms) * time.Millisecond).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// uniqueOffers keeps each offer once; a dismissal is always among them, last.
func uniqueOffers(offers []string) []string {
	var out []string
	for _, o := range offers {
		if o != AnswerDismiss && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return append(out, AnswerDismiss)
}

// enter enters a ledger entry, once.
func (s *Session) enter(out *Outcome, e models.LedgerEntry) {
	s.book.add(e)
	out.Ledger = append(out.Ledger, e)
}

// balances are a person's balances in all ledgers.
func (s *Session) balances(p *person, at time.Time) map[string]float64 {
	if len(s.set.ledgers) == 0 {
		return nil
	}
	out := make(map[string]float64, len(s.set.ledgers))
	for name := range s.set.ledgers {
		out[name] = s.book.balance(name, p.ID, at)
	}
	return out
}

// climb judges the rules on ledgers after points were added: those that hold now and did not before. What they add may make
// others hold; the loader has refused circles, and each rule fires once, so this ends.
func (s *Session) climb(out *Outcome, p *person, u models.Utterance, before map[string]float64, now time.Time) {
	if p == nil || p.ID == "" || !s.set.ladders() {
		return
	}
	fired := map[*rule]bool{}
	for {
		sc := s.see(p, manner{})
		sc.look(nil, u, nil)
		sc.late, sc.now = true, now.Sub(s.session.Started).Milliseconds()
		vs := sc.judgeAll(func(r *rule) bool { return r.ladder() && !fired[r] && !r.heldBefore(before) })
		if len(vs) == 0 {
			return
		}
		var cs []candidate
		for _, v := range vs {
			fired[v.rule] = true
			f := s.flag(u, v)
			f.ID = digest(20, u.Key, u.EndMS, v.Rule, "ladder")
			f.Created = now
			s.limit(&v, f.ID, p, sc.now)
			f.Mode, f.Why = v.Mode, v.Why
			out.Flags = append(out.Flags, f)
			cs = append(cs, s.begin(out, v, f, u, now))
		}
		s.settle(out, cs)
	}
}

// heldBefore reports whether the ledgers were as high already before the points that were added now.
func (r *rule) heldBefore(before map[string]float64) bool {
	for _, b := range r.balances {
		if !b.Need.Holds(before[b.Name]) {
			return false
		}
	}
	return len(r.balances) > 0
}

// ladders reports whether any rule looks at a ledger.
func (s *Set) ladders() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.ladder() })
}

// rule finds a rule by its id, or nil.
func (s *Set) rule(id string) *rule {
	i, ok := slices.BinarySearchFunc(s.rules, id, func(r *rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return s.rules[i]
}
