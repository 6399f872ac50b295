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

// Answer applies a host's answer to an ask, or to any decision still remembered: one of its offers, AnswerConfirm or AnswerDismiss.
// by names the host. An ask accepts one answer: a second one, or a choice that was not offered, is models.ErrInvalid; an unknown id
// is models.ErrNotFound. The caller stores and carries out the outcome, as for a line.
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

// AnswerDecision is Answer for a decision that the caller has read from the store: one that was never asked, or that was enforced
// and is now reversed. Dismissing an enforced decision undoes its action where that is possible.
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
		if s.set.rule(d.Rule).hides(d, answer) {
			s.hide(&out, &d)
		}
	}
	delete(s.open, d.ID)
	out.Decisions = append([]models.Decision{d}, out.Decisions...)
	out.Statuses = append(out.Statuses, FlagAnswer{Flag: d.Flag, Confirmed: answer != AnswerDismiss, By: by, At: now})
	return out, nil
}

// confirm makes a decision's pending points count and carries out the choice.
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

// hides reports whether an answer redacts words: because the choice says so, or because it confirms a flag of a rule that redacts.
func (r *rule) hides(d models.Decision, answer string) bool {
	const hide = string(models.VerbRedact)
	return answer == hide || r != nil && r.redacts() && slices.Contains(d.Offer, hide)
}

// hide redacts what a host chose to redact, as the rule specifies or, if the rule does not redact, in text and audio.
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

// chosen returns the action that a host chose; r is the rule of the decision, or nil.
func chosen(r *rule, d models.Decision, c choice, by string, now time.Time) models.Action {
	a := models.Action{
		ID: digest(20, d.ID, "chosen", c.verb), Session: d.Session, Decision: d.ID, Verb: c.verb, TargetID: d.SpeakerID,
		TargetName: d.SpeakerName, ForMS: c.forMS, State: models.ActionPlanned, By: by, Created: now,
	}
	toRoom := false
	if r != nil {
		for _, x := range r.steps {
			if does, ok := x.(inTheRoom); ok && does.order().verb == c.verb {
				o := does.order()
				a.Text, a.Via, a.ForMS = rules.Fill(o.text, "", d.SpeakerName), o.via, cmp.Or(a.ForMS, o.forMS)
				toRoom = o.toRoom
			}
		}
	}
	if a.Verb == models.VerbWarn && a.Text == "" {
		a.Text = "A moderator asks you to keep to the rules of this room."
	}
	if toRoom {
		a.Verb = models.VerbMessage
	}
	if toRoom || a.Verb == models.VerbNewcomersListen {
		a.TargetID, a.TargetName = "", ""
	}
	return a
}

// dismiss reverses the consequences of a flag.
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

// tooLate is the reason given when a verdict reached long after the words is only recorded.
const tooLate = "the decision came too late to act on"

// withhold lowers a decision to being recorded only.
func withhold(d *models.Decision, why string) {
	d.Verdict = models.VerdictWithheld
	d.Why += "; " + why
}

// spokenAt returns the latest time at which the words of a decision can have been said.
func spokenAt(d *models.Decision) time.Time {
	if d.Said.IsZero() || d.Created.Before(d.Said) {
		return d.Created
	}
	return d.Said
}

// tooLate reports whether the words are too old to act on, and if so records a failed gate.
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

// lapses returns when an open decision expires: an ask at its own time, and a verdict that waits for a second look or opinion when
// its words are too old to act on; zero: never.
func lapses(d *models.Decision) time.Time {
	if d.Verdict == models.VerdictPending {
		return spokenAt(d).Add(lateMS * time.Millisecond)
	}
	return d.Expires
}

// Lapse ends a decision whose host, second look or opinion did not answer in time, or whose stay has ended: nothing is done, and its
// points never count. It returns false if the decision waits for nothing.
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

// Expire lapses the asks that nobody answered in time, and the verdicts whose second look or opinion did not arrive in time. Nothing
// is done, and their points never count. The same outcome is returned again until Lapsed confirms that it was stored.
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

// hideLate redacts the words of a late verdict all the same, if its rule redacts and does not insist on a second look, because
// redaction affects nobody in the room.
func (s *Session) hideLate(out *Outcome, d *models.Decision) {
	r := s.set.rule(d.Rule)
	if r == nil || r.SecondLook != nil && r.SecondLook.MustAgree && (d.SecondLook == nil || !d.SecondLook.Agreed) {
		return
	}
	if as, ok := find[*redact](r.steps); ok && !as.waits(d.Mode) {
		s.hide(out, d)
	}
}

// Lapsed forgets decisions that Expire returned and that have since been stored.
func (s *Session) Lapsed(stored []models.Decision) {
	for _, d := range stored {
		delete(s.open, d.ID)
	}
}

// NextExpiry returns when the next decision lapses; zero if none is open.
func (s *Session) NextExpiry() time.Time {
	var next time.Time
	for _, d := range s.open {
		if at := lapses(d); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// End says that the stay is over: from now on nobody is asked and nothing is done in the room, whatever is still judged. Words are
// still redacted, hosts still notified, and points still count. Expire then lapses everything that is open.
func (s *Session) End() { s.over = true }
