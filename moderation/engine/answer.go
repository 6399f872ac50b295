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

// The answers that every ask takes besides what it offers.
const (
	AnswerConfirm = "confirm" // the flag is right; nothing more is to be done
	AnswerDismiss = "dismiss" // the flag is wrong: it costs nothing, and what was done is undone
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
	p := s.person(d.SpeakerID)
	before := s.balances(p, now)
	if d.Verdict == models.VerdictAsked {
		for _, points := range d.Points {
			s.enter(out, models.LedgerEntry{
				ID: digest(20, d.Flag, points.Ledger, "confirmed"), Ledger: points.Ledger, Person: d.SpeakerID, Scope: s.scope(points.Ledger),
				Session: d.Session, Flag: d.Flag, Points: points.Points, By: by, At: now,
			})
		}
	}
	if c, err := parseOffer(answer); err == nil {
		out.Actions = append(out.Actions, s.chosen(d, c, by, now))
	}
	s.climb(out, p, models.Utterance{
		Key: d.Utterance, SpeakerID: d.SpeakerID, SpeakerName: d.SpeakerName, EndMS: now.Sub(s.session.Started).Milliseconds(),
	}, before, now)
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

// chosen is the action that a host chose.
func (s *Session) chosen(d models.Decision, c choice, by string, now time.Time) models.Action {
	a := models.Action{
		ID: digest(20, d.ID, "chosen", c.verb), Session: d.Session, Decision: d.ID, Verb: c.verb, TargetID: d.SpeakerID,
		TargetName: d.SpeakerName, ForMS: c.forMS, State: models.ActionPlanned, By: by, Created: now,
	}
	if r := s.set.rule(d.Rule); r != nil {
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
				ID: digest(20, d.Flag, points.Ledger, "dismissed"), Ledger: points.Ledger, Person: d.SpeakerID, Scope: s.scope(points.Ledger),
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
