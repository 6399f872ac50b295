package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/configs/strict"
	"earshot/models"
)

// OpinionRequest is a verdict that somebody else is to be asked about. What is sent is taken from the stored line, in which
// redacted words are masked already.
type OpinionRequest struct {
	Decision, Flag, Rule string
	Utterance            models.Key
	// Matched are the words that decided; some may lie in earlier lines.
	Matched []models.Word
}

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

// redacts reports whether a rule hides words.
func (r *rule) redacts() bool {
	_, ok := find[*redact](r.steps)
	return ok
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
	p := s.person(d.SpeakerID)
	before := s.balances(p, now)
	c := candidate{decision: *d, rule: r}
	s.carryOut(&out, &c, now)
	s.settle(&out, []candidate{c})
	s.climb(&out, p, models.Utterance{
		Key: d.Utterance, SpeakerID: d.SpeakerID, SpeakerName: d.SpeakerName, EndMS: now.Sub(s.session.Started).Milliseconds(),
		LateMS: models.Age(spokenAt(d), now).Milliseconds(),
	}, before, now)
	return out, nil
}

// below is the mode in which a rule does less than in another: one in which it asks, for a rule that would act.
func (s *Session) below(r *rule, m models.Mode) models.Mode {
	acts := r != nil && slices.ContainsFunc(r.steps, func(x step) bool {
		does, ok := x.(inTheRoom)
		return ok && s.mayDo(r, m, does.order().verb)
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
			words[j] = mask(w)
		}
		v.Shown[i] = strings.Join(words, " ")
	}
	v.Title = strings.ReplaceAll(v.Title, shown, strings.Join(v.Shown, " … "))
	v.Why = v.rule.why(v.said, *v)
}

// barred is a copy of words as they are stored once redacted: bars of their length.
func barred(words []models.Word) []models.Word {
	out := slices.Clone(words)
	for i := range out {
		out[i].Text = strings.Repeat("▮", utf8.RuneCountInString(out[i].Text))
	}
	return out
}
