package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
)

// WantOpinions says whether verdicts that would ask a host or act wait for a second opinion. It holds for what is decided from
// now on.
func (s *Session) WantOpinions(want bool) { s.opinion = want }

// wantsOpinion reports whether a verdict is one to ask about: words decided it, it would reach somebody, and the rule does not
// redact: what is to be hidden is not sent around.
func (s *Session) wantsOpinion(r *rule, d models.Decision) bool {
	return s.opinion && d.Utterance.Seq != 0 && len(d.Matched) > 0 && r.spoken() && !r.redacts() &&
		slices.ContainsFunc(r.steps, reachesSomebody)
}

// reachesSomebody reports whether a step asks a host or does something in the room.
func reachesSomebody(s step) bool {
	switch s.(type) {
	case *add, *tell:
		return false
	}
	return true
}

// await lets a decision wait for a second opinion.
func (s *Session) await(out *Outcome, d *models.Decision) {
	d.Verdict, d.Opinion = models.VerdictPending, &models.Opinion{State: models.OpinionAsked}
	out.Opinions = append(out.Opinions, OpinionRequest{d.ID, d.Flag, d.Rule, d.Utterance, d.Matched})
	waiting := *d
	s.open[d.ID] = &waiting
}

// Opinion takes in a second opinion and decides what waited for it. models.OpinionDisagreed lowers the verdict: what would act
// asks a host instead, and what would ask is only written down. Nothing else changes anything, and nothing raises it. A decision
// that waits for no opinion is models.ErrNotFound.
func (s *Session) Opinion(id string, o models.Opinion, now time.Time) (Outcome, error) {
	d, ok := s.open[id]
	if !ok || d.Verdict != models.VerdictPending || d.Opinion == nil {
		return Outcome{}, fmt.Errorf("second opinion on %s: %w", strict.Shorten(id), models.ErrNotFound)
	}
	delete(s.open, id)
	d.Opinion = &o
	var out Outcome
	r := s.set.rule(d.Rule)
	if o.State == models.OpinionDisagreed {
		d.Why += "; a second opinion did not agree"
		d.Mode = s.below(r, d.Mode)
	}
	if why := s.unfit(d, r, now); why != "" {
		withhold(d, why)
	} else if d.Mode == models.ModeWatch {
		d.Verdict = models.VerdictWithheld
	}
	if d.Verdict == models.VerdictWithheld {
		out.Decisions = append(out.Decisions, *d)
		return out, nil
	}
	p := s.roster.Person(d.SpeakerID)
	before := s.ledgers.Balances(p.ID, now)
	c := candidate{decision: *d, rule: r}
	s.carryOut(&out, &c, now)
	ladder := s.climb(&out, p, models.Utterance{
		Key: d.Utterance, SpeakerID: d.SpeakerID, SpeakerName: d.SpeakerName, EndMS: now.Sub(s.session.Started).Milliseconds(),
		LateMS: models.Age(spokenAt(d), now).Milliseconds(),
	}, before, now)
	s.settle(&out, append([]candidate{c}, ladder...))
	return out, nil
}

// below is the mode in which a rule does less than in another: one in which it asks, for a rule that would act.
func (s *Session) below(r *rule, m models.Mode) models.Mode {
	acts := r != nil && slices.ContainsFunc(r.steps, func(x step) bool {
		does, ok := x.(inTheRoom)
		return ok && r.may(does.order().verb, m, s.set.automatic)
	})
	if acts {
		return models.ModeSuggest
	}
	return models.ModeWatch
}

// hideRedacted keeps the words of a rule that redacts out of what is told of its verdict.
func (v *Verdict) hideRedacted() {
	if !v.rule.redacts() || len(v.Shown) == 0 {
		return
	}
	shown := strings.Join(v.Shown, " … ")
	v.Shown = slices.Clone(v.Shown)
	for i, text := range v.Shown {
		words := strings.Fields(text)
		for j, w := range words {
			words[j] = condition.Mask(w)
		}
		v.Shown[i] = strings.Join(words, " ")
	}
	v.Title = strings.ReplaceAll(v.Title, shown, strings.Join(v.Shown, " … "))
	v.Why = v.rule.why(v.said, *v)
}

// SecondLook takes in what the second decode of a flagged clip heard, and decides what waited for it. words carry the times
// of the session, or are nil when the look could not be made, with failed set. Decisions that wait for nothing are
// models.ErrNotFound.
func (s *Session) SecondLook(id, model string, u models.Utterance, failed bool, now time.Time) (Outcome, error) {
	d, ok := s.open[id]
	if !ok || d.Verdict != models.VerdictPending || d.Opinion != nil {
		return Outcome{}, fmt.Errorf("second look at %s: %w", strict.Shorten(id), models.ErrNotFound)
	}
	delete(s.open, id)
	var out Outcome
	r := s.set.rule(d.Rule)
	look := &models.SecondLook{Model: model, Failed: failed || r == nil} // without its rule nobody can say what was to be heard
	p := s.roster.Person(d.SpeakerID)
	if !look.Failed {
		look.Agreed, look.Text = s.agrees(p, r, u)
	}
	d.SecondLook = look
	if why := s.unfit(d, r, now); why != "" {
		withhold(d, why)
		if why == tooLate {
			s.hideLate(&out, d)
		}
		out.Decisions = append(out.Decisions, *d)
		return out, nil
	}
	if s.wantsOpinion(r, *d) {
		s.await(&out, d)
		out.Decisions = append(out.Decisions, *d)
		return out, nil
	}
	before := s.ledgers.Balances(p.ID, now)
	c := candidate{decision: *d, rule: r}
	s.carryOut(&out, &c, now)
	u.LateMS = models.Age(spokenAt(d), now).Milliseconds()
	s.settle(&out, append([]candidate{c}, s.climb(&out, p, u, before, now)...))
	return out, nil
}

// unfit says why a verdict that waited is only written down after all, or "".
func (s *Session) unfit(d *models.Decision, r *rule, now time.Time) string {
	look := d.SecondLook
	switch {
	case s.tooLate(d, now):
		return tooLate
	case r == nil:
		return "its rule is gone"
	case look == nil || look.Agreed || r.SecondLook == nil || !r.SecondLook.MustAgree:
		return ""
	case look.Failed:
		return "it could not be listened to a second time"
	}
	return "the second look did not hear it"
}

// agrees reports whether a rule holds in a second text of a line too, and gives that text: without the words that it found,
// when the rule redacts.
func (s *Session) agrees(p *condition.Person, r *rule, u models.Utterance) (bool, string) {
	sc := s.see(p, condition.Manner{})
	before := p.Within(u.StartMS - s.set.Reach)
	before = slices.DeleteFunc(slices.Clone(before), func(l match.Utterance) bool { return l.Of.Key == u.Key })
	sc.Look(before, u, match.WordsOf(u))
	v, fired := r.judge(sc)
	if !fired || !r.redacts() {
		return fired, u.Text
	}
	words, _ := models.Mask{Words: v.Matched}.Apply(match.WordsOf(u), false)
	return fired, models.TextOf(words)
}
