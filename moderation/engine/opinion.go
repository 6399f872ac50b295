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

// WantOpinions sets whether verdicts that would ask a host or act wait for a second opinion. It applies to decisions from now on.
func (s *Session) WantOpinions(want bool) { s.opinion = want }

// wantsOpinion reports whether a verdict needs a second opinion: it is based on words, it would reach somebody, and the rule does
// not redact, since redacted words must not be sent anywhere.
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

// await makes a decision wait for a second opinion.
func (s *Session) await(out *Outcome, d *models.Decision) {
	d.Verdict, d.Opinion = models.VerdictPending, &models.Opinion{State: models.OpinionAsked}
	out.Opinions = append(out.Opinions, OpinionRequest{d.ID, d.Flag, d.Rule, d.Utterance, d.Matched})
	waiting := *d
	s.open[d.ID] = &waiting
}

// Opinion takes in a second opinion and completes the decision that waited for it. models.OpinionDisagreed lowers the verdict: one
// that would act asks a host instead, and one that would ask is only recorded. No other answer changes anything, and none raises a
// verdict. A decision that does not wait for an opinion is models.ErrNotFound.
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
		d.Mode = r.below(d.Mode, s.set.automatic)
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

// below returns the next lower mode: asking, for a rule that would act.
func (r *rule) below(m models.Mode, automatic []models.Verb) models.Mode {
	acts := r != nil && slices.ContainsFunc(r.steps, func(x step) bool {
		does, ok := x.(inTheRoom)
		return ok && r.may(does.order().verb, m, automatic)
	})
	if acts {
		return models.ModeSuggest
	}
	return models.ModeWatch
}

// hideRedacted removes the words of a rule that redacts from what is reported about its verdict.
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

// SecondLook takes in what the second transcription of a flagged clip heard, and completes the decision that waited for it. words
// have session times, or are nil, with failed set, if the audio could not be transcribed again. Decisions that wait for nothing are
// models.ErrNotFound.
func (s *Session) SecondLook(id, model string, u models.Utterance, failed bool, now time.Time) (Outcome, error) {
	d, ok := s.open[id]
	if !ok || d.Verdict != models.VerdictPending || d.Opinion != nil {
		return Outcome{}, fmt.Errorf("second look at %s: %w", strict.Shorten(id), models.ErrNotFound)
	}
	delete(s.open, id)
	var out Outcome
	r := s.set.rule(d.Rule)
	look := &models.SecondLook{Model: model, Failed: failed || r == nil} // without its rule it is not known what should have been heard
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

// unfit returns why a verdict that waited is only recorded, or "".
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
		return "the audio could not be transcribed again"
	}
	return "the second look did not hear it"
}

// agrees reports whether a rule also holds for a second transcription of a line, and returns that text, without the matched words if
// the rule redacts.
func (s *Session) agrees(p *condition.Person, r *rule, u models.Utterance) (bool, string) {
	sc := s.see(p, condition.EvalOptions{})
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
