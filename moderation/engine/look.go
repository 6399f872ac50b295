package engine

import (
	"fmt"
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
)

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
	p := s.person(d.SpeakerID)
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
	before := s.balances(p, now)
	c := candidate{decision: *d, rule: r}
	s.carryOut(&out, &c, now)
	s.settle(&out, []candidate{c})
	u.LateMS = models.Age(spokenAt(d), now).Milliseconds()
	s.climb(&out, p, u, before, now)
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
func (s *Session) agrees(p *person, r *rule, u models.Utterance) (bool, string) {
	sc := s.see(p, manner{})
	before := p.within(u.StartMS - s.set.reach)
	before = slices.DeleteFunc(slices.Clone(before), func(l match.Utterance) bool { return l.Of.Key == u.Key })
	sc.look(before, u, match.WordsOf(u))
	v, fired := r.judge(sc)
	if !fired || !r.redacts() {
		return fired, u.Text
	}
	words, _ := models.Mask{Words: v.Matched}.Apply(match.WordsOf(u), false)
	return fired, models.TextOf(words)
}
