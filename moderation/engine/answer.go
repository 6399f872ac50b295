package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/rules"
)

// Answer is a host's answer to an ask, or to any decision that was remembered: one of its offers, AnswerConfirm or
// AnswerDismiss. by names the host. An ask takes one answer: the second is models.ErrInvalid, as is a choice that was not
// offered; an id that is not open is models.ErrNotFound. What the outcome says is to be stored and done like that of a line.
func (s *Session) Answer(id, by, answer string, now time.Time) (Outcome, error) {
	d, ok := s.open[id]
	if !ok {
		return Outcome{}, fmt.Errorf("ask %s: %w", strict.Shorten(id), models.ErrNotFound)
	}
	if at := lapses(d); d.Ask == models.AskOpen && (s.over || !at.IsZero() && !now.Before(at)) {
		return Outcome{}, fmt.Errorf("ask %s has lapsed: %w", strict.Shorten(id), models.ErrInvalid)
	}
	return s.AnswerDecision(*d, by, answer, now)
}

// AnswerDecision is Answer for a decision that the caller has read from the store: one that was never asked, or that was
// enforced and is now taken back. A dismissal of something enforced undoes it where that can be done.
func (s *Session) AnswerDecision(d models.Decision, by, answer string, now time.Time) (Outcome, error) {
	switch {
	case d.Ask == models.AskConfirmed || d.Ask == models.AskDismissed:
		return Outcome{}, fmt.Errorf("decision %s was answered already, by %s: %w", d.ID, d.DecidedBy, models.ErrInvalid)
	case d.Ask == models.AskExpired && answer != AnswerConfirm && answer != AnswerDismiss:
		return Outcome{}, fmt.Errorf("ask %s has lapsed: %w", d.ID, models.ErrInvalid)
	case answer != AnswerConfirm && answer != AnswerDismiss && !slices.Contains(d.Offer, answer):
		return Outcome{}, fmt.Errorf(
			"%q was not offered by ask %s (%s): %w", strict.Shorten(answer), d.ID, strings.Join(d.Offer, ", "), models.ErrInvalid,
		)
	}
	var out Outcome
	enforced := d.Verdict == models.VerdictEnforced
	d.Ask, d.DecidedBy, d.Decided = models.AskConfirmed, by, now
	if answer == AnswerDismiss {
		d.Ask = models.AskDismissed
		s.dismiss(&out, d, enforced, now)
	} else {
		s.confirm(&out, d, answer, by, now)
		if c, err := parseOffer(answer); err == nil && c.verb == models.VerbRedact {
			s.hide(&out, &d)
		}
	}
	delete(s.open, d.ID)
	out.Decisions = append([]models.Decision{d}, out.Decisions...)
	out.Statuses = append(out.Statuses, FlagAnswer{Flag: d.Flag, Confirmed: answer != AnswerDismiss, By: by, At: now})
	return out, nil
}

// confirm makes a decision's pending points count and does what was chosen.
func (s *Session) confirm(out *Outcome, d models.Decision, answer, by string, now time.Time) {
	p := s.roster.Person(d.SpeakerID)
	before := s.ledgers.Balances(p.ID, now)
	if d.Verdict == models.VerdictAsked {
		for _, points := range d.Points {
			s.enter(out, models.LedgerEntry{
				ID: digest(
					20, d.Flag, points.Ledger, "confirmed",
				), Ledger: points.Ledger, Person: s.ledgers.Owner(points.Ledger, d.SpeakerID), Scope: s.ledgers.Scope(points.Ledger),
				Session: d.Session, Flag: d.Flag, Points: points.Points, By: by, At: now,
			})
		}
	}
	if c, err := parseOffer(answer); err == nil {
		out.Actions = append(out.Actions, chosen(s.set.rule(d.Rule), d, c, by, now))
	}
	s.settle(out, s.climb(out, p, models.Utterance{
		Key: d.Utterance, SpeakerID: d.SpeakerID, SpeakerName: d.SpeakerName, EndMS: now.Sub(s.session.Started).Milliseconds(),
	}, before, now))
}

// hide redacts what a host chose to redact, in the way of the rule or, where it has none, in text and sound.
func (s *Session) hide(out *Outcome, d *models.Decision) {
	hidden := Redaction{d.Flag, d.SpeakerID, d.Utterance, d.Matched, true, ClipBeep}
	if r := s.set.rule(d.Rule); r != nil {
		if as, ok := find[*redact](r.steps); ok {
			hidden.Text, hidden.Clip = as.RedactText, as.RedactClip
		}
	}
	out.Redactions = append(out.Redactions, hidden)
	if hidden.Text {
		d.Why = models.Mask{Words: d.Matched}.In(d.Why)
		d.Matched = barred(d.Matched)
	}
}

// chosen is the action that a host chose; r is the rule of the decision, or nil.
func chosen(r *rule, d models.Decision, c choice, by string, now time.Time) models.Action {
	a := models.Action{
		ID: digest(20, d.ID, "chosen", c.verb), Session: d.Session, Decision: d.ID, Verb: c.verb, TargetID: d.SpeakerID,
		TargetName: d.SpeakerName, ForMS: c.forMS, State: models.ActionPlanned, By: by, Created: now,
	}
	if r != nil {
		for _, x := range r.steps {
			if does, ok := x.(inTheRoom); ok && does.order().verb == c.verb {
				o := does.order()
				a.Text, a.Via, a.ForMS = rules.Fill(o.text, "", d.SpeakerName), o.via, cmp.Or(a.ForMS, o.forMS)
			}
		}
	}
	if a.Verb == models.VerbWarn && a.Text == "" {
		a.Text = "A moderator asks you to keep to the rules of this room."
	}
	if a.Verb == models.VerbNewcomersListen {
		a.TargetID, a.TargetName = "", ""
	}
	return a
}

// dismiss takes back what a flag has cost.
func (s *Session) dismiss(out *Outcome, d models.Decision, enforced bool, now time.Time) {
	if d.Verdict != models.VerdictAsked {
		for _, points := range d.Points {
			s.enter(out, models.LedgerEntry{
				ID: digest(
					20, d.Flag, points.Ledger, "dismissed",
				), Ledger: points.Ledger, Person: s.ledgers.Owner(points.Ledger, d.SpeakerID), Scope: s.ledgers.Scope(points.Ledger),
				Session: d.Session, Flag: d.Flag, Points: -points.Points, By: d.DecidedBy, At: now,
			})
		}
	}
	undo := map[models.Verb]models.Verb{
		models.VerbMute: models.VerbUnmute, models.VerbToAudience: models.VerbToStage, models.VerbBan: models.VerbUnban,
	}
	if verb, ok := undo[d.Done]; enforced && ok {
		out.Actions = append(out.Actions, models.Action{
			ID: digest(20, d.ID, "undone"), Session: d.Session, Decision: d.ID, Verb: verb, TargetID: d.SpeakerID,
			TargetName: d.SpeakerName, State: models.ActionPlanned, By: d.DecidedBy, Created: now,
		})
	}
}

// tooLate is why a verdict is only written down that was reached long after the words.
const tooLate = "it was decided too late to act on"

// withhold has a decision only written down.
func withhold(d *models.Decision, why string) {
	d.Verdict = models.VerdictWithheld
	d.Why += "; " + why
}

// spokenAt is when the words of a decision were said, at the latest.
func spokenAt(d *models.Decision) time.Time {
	if d.Said.IsZero() || d.Created.Before(d.Said) {
		return d.Created
	}
	return d.Said
}

// tooLate reports whether nobody expects any more that something is done about what was said, and notes it as a gate.
func (s *Session) tooLate(d *models.Decision, now time.Time) bool {
	if !s.over && models.Age(spokenAt(d), now) <= lateMS*time.Millisecond {
		return false
	}
	late := models.Gate{Name: "late", Got: "the verdict came too late to act on"}
	gates := slices.Clone(d.Gates)
	if i := slices.IndexFunc(gates, func(g models.Gate) bool { return g.Name == late.Name }); i >= 0 {
		gates[i] = late
	} else {
		gates = append(gates, late)
	}
	d.Gates = gates
	return true
}

// lapses is when an open decision is over: an ask at its own time, and a verdict that waits for a second look or opinion
// when its words are too old to act on; zero: never.
func lapses(d *models.Decision) time.Time {
	if d.Verdict == models.VerdictPending {
		return spokenAt(d).Add(lateMS * time.Millisecond)
	}
	return d.Expires
}

// Lapse is what becomes of a decision that waits for a host, a second look or an opinion that does not come in time, or
// whose stay has ended: nothing is done, and its points never count. False: it waits for nothing.
func Lapse(d models.Decision, now time.Time) (models.Decision, bool) {
	switch {
	case d.Verdict == models.VerdictPending:
		why := "the second look was not made in time"
		if d.Opinion != nil {
			why = "the second opinion did not come in time"
			d.Opinion = &models.Opinion{By: d.Opinion.By, State: models.OpinionNone}
		} else {
			d.SecondLook = &models.SecondLook{Failed: true}
		}
		withhold(&d, why)
	case d.Ask == models.AskOpen:
		d.Ask, d.Decided = models.AskExpired, now
	default:
		return d, false
	}
	return d, true
}

// Expire lapses the asks that nobody answered in time, and the verdicts whose second look or opinion did not come in time.
// Nothing is done, and their points never count. The outcome comes again until Lapsed says that it is stored.
func (s *Session) Expire(now time.Time) Outcome {
	var out Outcome
	for _, d := range s.open {
		if at := lapses(d); !s.over && (at.IsZero() || now.Before(at)) {
			continue
		}
		lapsed, ok := Lapse(*d, now)
		if !ok {
			continue
		}
		if d.Verdict == models.VerdictPending {
			s.hideLate(&out, &lapsed)
		}
		out.Decisions = append(out.Decisions, lapsed)
	}
	slices.SortFunc(out.Decisions, func(a, b models.Decision) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// hideLate has the words of a late verdict hidden all the same, where its rule redacts and does not insist on a second
// look: that does nothing to anybody.
func (s *Session) hideLate(out *Outcome, d *models.Decision) {
	r := s.set.rule(d.Rule)
	if r == nil || !r.redacts() || r.SecondLook != nil && r.SecondLook.MustAgree && (d.SecondLook == nil || !d.SecondLook.Agreed) {
		return
	}
	s.hide(out, d)
}

// Lapsed lets go of decisions that Expire gave and that are stored now.
func (s *Session) Lapsed(stored []models.Decision) {
	for _, d := range stored {
		delete(s.open, d.ID)
	}
}

// NextExpiry is when the next decision lapses; zero when none is open.
func (s *Session) NextExpiry() time.Time {
	var next time.Time
	for _, d := range s.open {
		if at := lapses(d); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// End says that the stay is over: from now on nobody is asked and nothing is done in the room, whatever is still judged.
// Words are still hidden, hosts still told, and points still count. Expire then lapses all that is open.
func (s *Session) End() { s.over = true }
