package engine

import (
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
)

// Arms reports whether any rule looks at unfinished lines.
func (s *Set) Arms() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.spoken() && r.On.Arms() })
}

// Arm judges the stable text of a partial line and returns the rules with on: {partial: arm} that would fire. It changes nothing: a
// partial line may highlight and start a second look, but never decides.
func (s *Session) Arm(p models.Partial) []RuleInfo {
	if p.Stable == "" || !s.set.Arms() {
		return nil
	}
	var out []RuleInfo
	for _, v := range unfinished(s, p, func(r *rule) bool { return r.spoken() && r.On.Arms() }) {
		out = append(out, v.rule.info())
	}
	return out
}

// unfinished judges the stable text of a partial line by the given rules, and changes nothing.
func unfinished(s *Session, p models.Partial, asked func(*rule) bool) []Verdict {
	u := models.Utterance{
		Key: p.Key, SpeakerID: p.SpeakerID, SpeakerName: p.SpeakerName, StartMS: p.StartMS, EndMS: p.StartMS, Text: p.Stable,
		Words: numbered(p),
	}
	who := s.roster.Person(p.SpeakerID)
	sc := s.see(who, condition.EvalOptions{})
	before := slices.DeleteFunc(slices.Clone(who.Within(p.StartMS-s.set.Reach)), func(l match.Utterance) bool { return l.Of.Key == p.Key })
	sc.Look(before, u, match.WordsOf(u))
	return s.set.judgeAll(sc, asked)
}

// numbered returns the words of a partial line's stable text. They have no times of their own: each gets its number as an offset in
// ms from the start, so that a match can be located, and a probability of 0, because its confidence is not known.
func numbered(p models.Partial) []models.Word {
	words := match.WordsOf(models.Utterance{Text: p.Stable})
	for i := range words {
		words[i].StartMS, words[i].EndMS = p.StartMS+int64(i), p.StartMS+int64(i)
	}
	return words
}

// unsettled is how many words at the end of an unfinished text are hidden in rooms where rules redact words: what follows may make
// them part of a match.
const unsettled = 3

// Shown returns the part of a partial line's stable text that may be shown to a whole room: without anything that the rules would
// redact at once in the finished line, and without the last words, numbers and addresses, which may still become part of a match. It
// changes nothing.
func Shown(s *Session, p models.Partial) string {
	if !slices.ContainsFunc(s.set.rules, (*rule).masksAtOnce) {
		return strings.TrimSpace(p.Stable)
	}
	words := numbered(p)
	for _, v := range unfinished(s, p, (*rule).masksAtOnce) {
		words, _ = models.Mask{Words: v.Matched}.Apply(words, false)
	}
	return models.TextOf(words[:pii.Unfinished(words, max(0, len(words)-unsettled))])
}

// masksAtOnce reports whether the rule redacts words as soon as a line is stored, without asking anybody.
func (r *rule) masksAtOnce() bool {
	s, ok := find[*redact](r.steps)
	return ok && s.RedactText && r.spoken() && r.mode != models.ModeWatch && !s.waits(r.mode)
}
