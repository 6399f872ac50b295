package engine

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/rules"
)

// planning turns the steps of a rule into the consequences of its verdict.
type planning struct {
	in        *Session
	rule      *rule
	out       *Outcome
	candidate *candidate
	now       time.Time

	offers []string
	points []*add
}

// carryOut executes the steps of a rule whose verdict is above watch.
func (s *Session) carryOut(out *Outcome, c *candidate, now time.Time) {
	c.decision.Verdict = models.VerdictLogged
	p := &planning{in: s, rule: c.rule, out: out, candidate: c, now: now}
	for _, x := range c.rule.steps {
		x.plan(p)
	}
	p.ask()
	p.enterPoints()
}

func (s *ask) plan(p *planning) {
	d := &p.candidate.decision
	d.AskedOf, d.Expires = s.Who, p.now.Add(time.Duration(s.Expires)*time.Millisecond)
	d.Ask = models.AskOpen
	p.offers = append(p.offers, s.Offer...)
}

func (s *add) plan(p *planning) { p.points = append(p.points, s) }

func (s *tell) plan(p *planning) {
	a := p.action(models.VerbTell, s.Text, s.Webhook, s.Who)
	a.Who, a.Webhook = s.Who, s.Webhook
	p.candidate.others = append(p.candidate.others, a)
}

func (s *redact) plan(p *planning) {
	d := &p.candidate.decision
	if s.waits(d.Mode) {
		p.offers = append(p.offers, string(models.VerbRedact))
		return
	}
	p.candidate.others = append(p.candidate.others, p.action(models.VerbRedact, "", "", nil))
	p.out.Redactions = append(p.out.Redactions, Redaction{d.Flag, d.SpeakerID, d.Utterance, d.Matched, s.RedactText, s.RedactClip})
	if s.RedactText {
		d.Matched = barred(d.Matched)
	}
}

func (s *message) plan(p *planning) { p.inTheRoom(s.order()) }

func (s *restrict) plan(p *planning) { p.inTheRoom(s.order()) }

// inTheRoom plans an action in the room, or offers it to the hosts if it needs their confirmation.
func (p *planning) inTheRoom(o order) {
	d := &p.candidate.decision
	switch may := p.rule.may(o.verb, d.Mode, p.in.set.automatic); {
	case may && p.in.over:
		withhold(d, "the stay was over")
	case may:
		a := p.action(o.verb, o.text, "", nil)
		a.ForMS, a.Via = o.forMS, o.via
		switch {
		case o.toRoom:
			a.Verb, a.TargetID, a.TargetName = models.VerbMessage, "", ""
		case o.verb == models.VerbNewcomersListen:
			a.TargetID, a.TargetName = "", ""
		}
		p.candidate.actions = append(p.candidate.actions, a)
	default:
		p.offers = append(p.offers, o.offer())
	}
}

// action returns a step's action. Its id is derived from what distinguishes the step from the rule's other steps.
func (p *planning) action(verb models.Verb, text, webhook string, who []models.Role) models.Action {
	d := p.candidate.decision
	return models.Action{
		ID: digest(20, d.ID, verb, webhook, who, text), Session: d.Session, Decision: d.ID, Verb: verb, TargetID: d.SpeakerID,
		TargetName: d.SpeakerName, State: models.ActionPlanned, By: "rule", Created: p.now, Text: rules.Fill(text, "", d.SpeakerName),
	}
}

// ask asks the hosts, because a step says so or because actions need their confirmation.
func (p *planning) ask() {
	d := &p.candidate.decision
	if len(p.offers) > 0 && d.Ask == models.AskNone {
		d.Ask, d.AskedOf, d.Expires = models.AskOpen, slices.Clone(hosts), p.now.Add(time.Minute)
	}
	if d.Ask != models.AskOpen {
		return
	}
	d.Verdict, d.Offer = models.VerdictAsked, uniqueOffers(p.offers)
	if p.in.over { // nobody is left to ask: it lapses at once
		d.Ask, d.Expires, d.Decided = models.AskExpired, p.now, p.now
	}
}

// enterPoints enters the points of the rule; points of a rule that also asks count once a host confirms. They are dated to when the words
// were said, so that they count for what was said after that, however late it is all transcribed.
func (p *planning) enterPoints() {
	d := &p.candidate.decision
	for _, a := range p.points {
		d.Points = append(d.Points, models.Points{Ledger: a.Ledger, Points: a.Points})
		p.in.enter(p.out, models.LedgerEntry{
			ID: digest(20, d.Flag, a.Ledger), Ledger: a.Ledger, Person: p.in.ledgers.Owner(
				a.Ledger, d.SpeakerID,
			), Scope: p.in.ledgers.Scope(a.Ledger), Session: d.Session,
			Flag: d.Flag, Points: a.Points, Pending: d.Ask != models.AskNone, By: "rule", At: spokenAt(d),
		})
	}
	if d.Ask == models.AskOpen {
		waiting := *d
		p.in.open[d.ID] = &waiting
	}
}

// offer returns an action in the form of an offer to a host.
func (o order) offer() string {
	if o.forMS > 0 {
		return string(o.verb) + " " + shortDuration(o.forMS)
	}
	return string(o.verb)
}

// may reports whether an action may be carried out without asking, given the irreversible ones that the profile allows.
func (r *rule) may(verb models.Verb, mode models.Mode, automatic []models.Verb) bool {
	if mode != models.ModeAct {
		return false
	}
	if verb == models.VerbRemove || verb == models.VerbBan {
		return r.Automatic && slices.Contains(automatic, verb)
	}
	return true
}

// barred returns a copy of words as they are stored after redaction: bars of the same length.
func barred(words []models.Word) []models.Word {
	out := slices.Clone(words)
	for i := range out {
		out[i].Text = strings.Repeat("▮", utf8.RuneCountInString(out[i].Text))
	}
	return out
}
