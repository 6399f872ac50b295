package moderation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// offerVerbs are what a host may be offered.
var offerVerbs = []string{"warn", "nudge", "mute", "to_audience", "remove", "ban", "redact", "newcomers_listen_only", "dismiss"}

// offerPattern is an offer: a verb, and for some how long.
const offerPattern = `^(warn|nudge|redact|remove|newcomers_listen_only|dismiss|(mute|to_audience|ban)( [0-9]+(ms|s|m|h|d|w))?)$`

// choice is an offer taken apart.
type choice struct {
	verb  string
	forMS int64
}

// parseOffer reads "mute 60s", "warn", "dismiss".
func parseOffer(text string) (choice, error) {
	verb, length, timed := strings.Cut(text, " ")
	if !slices.Contains(offerVerbs, verb) {
		return choice{}, fmt.Errorf("unknown offer %q: one of %s", shorten(text), strings.Join(offerVerbs, ", "))
	}
	c := choice{verb: verb}
	if !timed {
		return c, nil
	}
	if verb != stepMute && verb != stepToAudience && verb != stepBan {
		return choice{}, fmt.Errorf("offer %q: %s does not last", shorten(text), verb)
	}
	d, err := parseDuration(length)
	if err != nil || d < time.Millisecond {
		return choice{}, fmt.Errorf("offer %q: how long must be a duration such as 60s", shorten(text))
	}
	c.forMS = d.Milliseconds()
	return c, nil
}

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
		return Outcome{}, fmt.Errorf("ask %s: %w", shorten(id), models.ErrNotFound)
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
		return Outcome{}, fmt.Errorf("%q was not offered by ask %s (%s): %w", shorten(answer), d.ID, strings.Join(d.Offer, ", "), models.ErrInvalid)
	}
	var out Outcome
	enforced := d.Verdict == models.VerdictEnforced
	d.Ask, d.DecidedBy, d.Decided = models.AskConfirmed, by, now
	if answer == AnswerDismiss {
		d.Ask = models.AskDismissed
		s.dismiss(&out, d, enforced, now)
	} else {
		s.confirm(&out, d, answer, by, now)
		if c, err := parseOffer(answer); err == nil && c.verb == stepRedact {
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
		for _, step := range r.steps {
			if step.Verb == stepRedact {
				hidden.Text, hidden.Clip = step.RedactText, step.RedactClip
			}
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
		ID: digest(20, d.ID, "chosen", c.verb), Session: d.Session, Decision: d.ID, Verb: models.Verb(c.verb), TargetID: d.SpeakerID,
		TargetName: d.SpeakerName, ForMS: c.forMS, State: models.ActionPlanned, By: by, Created: now,
	}
	if r := s.set.rule(d.Rule); r != nil {
		for _, step := range r.steps {
			if step.Verb == c.verb {
				a.Text, a.Via = fillTitle(step.Text, "", d.SpeakerName), step.Via
				a.ForMS = cmp.Or(a.ForMS, step.ForMS)
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
	undo := map[models.Verb]models.Verb{models.VerbMute: models.VerbUnmute, models.VerbToAudience: models.VerbToStage, models.VerbBan: models.VerbUnban}
	if verb, ok := undo[d.Done]; enforced && ok {
		out.Actions = append(out.Actions, models.Action{
			ID: digest(20, d.ID, "undone"), Session: d.Session, Decision: d.ID, Verb: verb, TargetID: d.SpeakerID,
			TargetName: d.SpeakerName, State: models.ActionPlanned, By: d.DecidedBy, Created: now,
		})
	}
}

// Expire lapses the asks that nobody answered in time. Nothing is done, and their points never count.
func (s *Session) Expire(now time.Time) Outcome {
	var out Outcome
	for _, d := range s.open {
		if d.Ask == models.AskOpen && !d.Expires.IsZero() && !now.Before(d.Expires) {
			d.Ask, d.Decided = models.AskExpired, now
			out.Decisions = append(out.Decisions, *d)
		}
	}
	for _, d := range out.Decisions {
		delete(s.open, d.ID)
	}
	slices.SortFunc(out.Decisions, func(a, b models.Decision) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// NextExpiry is when the next ask lapses; zero when none is open.
func (s *Session) NextExpiry() time.Time {
	var next time.Time
	for _, d := range s.open {
		if d.Ask == models.AskOpen && !d.Expires.IsZero() && (next.IsZero() || d.Expires.Before(next)) {
			next = d.Expires
		}
	}
	return next
}

// SecondLook takes in what the second decode of a flagged clip heard, and decides what waited for it. words carry the times
// of the session, or are nil when the look could not be made, with failed set. Decisions that wait for nothing are
// models.ErrNotFound.
func (s *Session) SecondLook(id, model string, u models.Utterance, failed bool, now time.Time) (Outcome, error) {
	d, ok := s.open[id]
	if !ok || d.Verdict != models.VerdictPending || d.Opinion != nil {
		return Outcome{}, fmt.Errorf("second look at %s: %w", shorten(id), models.ErrNotFound)
	}
	delete(s.open, id)
	var out Outcome
	r := s.set.rule(d.Rule)
	look := &models.SecondLook{Model: model, Text: u.Text, Failed: failed}
	p := s.person(d.SpeakerID)
	if r != nil && !failed {
		look.Agreed, look.Text = s.agrees(p, r, u)
	}
	d.SecondLook = look
	if r == nil || !look.Agreed && r.look != nil && r.look.MustAgree {
		d.Verdict = models.VerdictWithheld
		d.Why += "; the second look did not hear it"
		out.Decisions = append(out.Decisions, *d)
		return out, nil
	}
	if s.wantsOpinion(r, *d) {
		s.await(&out, d)
		out.Decisions = append(out.Decisions, *d)
		return out, nil
	}
	before := s.balances(p, now)
	c := candidate{decision: *d, rule: r}
	s.carryOut(&out, &c, now)
	s.settle(&out, []candidate{c})
	s.climb(&out, p, u, before, now)
	return out, nil
}

// agrees reports whether a rule holds in a second text of a line too, and gives that text: without the words that it found,
// when the rule redacts.
func (s *Session) agrees(p *person, r *rule, u models.Utterance) (bool, string) {
	sc := s.see(p, manner{})
	before := p.within(u.StartMS - s.set.reach)
	before = slices.DeleteFunc(slices.Clone(before), func(l past) bool { return l.u.Key == u.Key })
	sc.look(before, u, wordsOf(u))
	v, fired := r.judge(sc)
	if !fired || !r.does(stepRedact) {
		return fired, u.Text
	}
	words, _ := models.Mask{Words: v.Matched}.Apply(wordsOf(u), false)
	return fired, models.TextOf(words)
}
