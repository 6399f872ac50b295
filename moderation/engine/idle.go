package engine

import (
	"cmp"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// idle rejects what could never have an effect in a rule: what concerns words where none are judged, and what concerns a person where
// there is none.
func (c *compiler) idle(f *rules.File, r *rule, when *condition.Part) {
	bad := func(line int, format string, args ...any) {
		c.probs.Add(f.Name, cmp.Or(line, r.Line), r.ID, format, args...)
	}
	if !when.Quotes && rules.Has(r.Flag.Title, "match") {
		bad(0, "title: {{match}} stays empty, because when: looks for no words: remove it")
	}
	if r.roomOnly() && rules.Has(r.Flag.Title, "speaker") {
		bad(0, "title: {{speaker}} stays empty, because room: concerns no particular person: remove it")
	}
	if !r.spoken() {
		const words = "has no effect, because when: holds while no line is judged: remove it"
		for name, given := range map[string]bool{
			"on: {partial: arm}": r.On.Arms(), "second_look:": r.SecondLook != nil, "trust:": r.Trust.Line != 0,
			"flag: {clip: …}": r.Flag.Clip != nil,
		} {
			if given {
				bad(0, "%s %s", name, words)
			}
		}
	}
	done := map[string]bool{}
	for i, s := range r.steps {
		what := r.Steps[i].Kind
		if to, ok := s.(*add); ok {
			what = "add to " + to.Ledger
		}
		if done[what] && r.Steps[i].Kind != "tell" {
			bad(r.Steps[i].Line, "%s is listed twice in then:, and only one would be carried out: remove one", what)
		}
		done[what] = true
		c.idleStep(r, s, func(format string, args ...any) { bad(r.Steps[i].Line, format, args...) })
	}
}

// idleStep rejects a step that could never have an effect in its rule.
func (c *compiler) idleStep(r *rule, s step, bad func(format string, args ...any)) {
	verbs := verbsOf(s)
	if !r.spoken() && slices.Contains(verbs, models.VerbRedact) {
		bad("redact has no effect, because when: holds while no line is judged: remove it")
	}
	if !r.roomOnly() {
		return
	}
	for _, verb := range verbs {
		if needsPerson(verb) {
			bad("%s has no effect, because room: concerns no particular person%s", verb, forRoomInstead(verb))
		}
	}
	switch s := s.(type) {
	case *message:
		if s.To == "speaker" {
			bad("%s has no effect, because room: concerns no particular person: write to: room", s.verb)
		}
	case *add:
		if l, ok := c.set.Ledgers[s.Ledger]; ok && l.Per != "room" {
			bad("add has no effect, because room: concerns no particular person: add to a ledger with per: room")
		}
	}
	if text := textOf(s); rules.Has(text, "speaker") {
		bad("{{speaker}} stays empty, because room: concerns no particular person: remove it")
	}
}

// forRoomInstead says what can be done instead about a room.
func forRoomInstead(v models.Verb) string {
	if v == models.VerbWarn || v == models.VerbNudge {
		return ": write a step nudge: {to: room}"
	}
	return ": remove it, or take newcomers_listen_only"
}

// roomOnly reports whether the rule never concerns a person.
func (r *rule) roomOnly() bool { return r.forRoom() && !r.spoken() && !r.ladder() }

// verbsOf are the actions of a step, or those that it offers to hosts.
func verbsOf(s step) (out []models.Verb) {
	switch s := s.(type) {
	case *ask:
		for _, o := range s.Offer {
			if x, err := parseOffer(o); err == nil {
				out = append(out, x.verb)
			}
		}
	case *restrict:
		out = append(out, s.verb)
	case *redact:
		out = append(out, models.VerbRedact)
	}
	return out
}

// textOf is the message of a step.
func textOf(s step) string {
	switch s := s.(type) {
	case *tell:
		return s.Text
	case *message:
		return s.Text
	case *restrict:
		return s.Text
	}
	return ""
}

func needsPerson(v models.Verb) bool {
	return slices.Contains([]models.Verb{
		models.VerbWarn, models.VerbNudge, models.VerbMute, models.VerbToAudience, models.VerbRemove, models.VerbBan,
	}, v)
}
