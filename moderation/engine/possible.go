package engine

import (
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// possible refuses rules that could never do what they say, because their parts look at different things.
func (c *compiler) possible(f *rules.File, raw *rules.Rule, when, unless *condition.Part) {
	const said, heard, who = condition.AtWords | condition.AtLine, condition.AtPerson | condition.AtRoom, condition.AtWho
	bad := func(format string, args ...any) { c.probs.Add(f.Name, raw.Line, raw.ID, format, args...) }
	if raw.Span != nil && when.Looks&condition.AtWords == 0 && when.Looks&(heard|condition.AtLedger) != 0 {
		bad("span: joins what somebody says over several lines, and when: looks at nothing that is said: take span: out")
	}
	if when.Looks&said != 0 {
		return
	}
	room := when.Looks&condition.AtRoom != 0 && when.Looks&condition.AtPerson == 0
	if room && (when.Looks|unless.Looks)&who != 0 {
		bad("room: is about nobody in particular, so role, speaker and newcomer never tell: write present: {role: host} for who is there")
	}
	if when.Looks&heard != 0 && unless.Looks&said != 0 {
		bad("unless: looks at a line, and when: at what is heard while no line is there: write said: {phrase: …, last: 5m} in unless:")
	}
}

// replaced are the rules that another file's rule with override: stands for.
func (c *compiler) replaced(files []*rules.File) map[*rules.Rule]bool {
	out := map[*rules.Rule]bool{}
	latest := map[string]*rules.Rule{}
	for _, f := range files {
		for _, r := range f.Rules {
			before := latest[r.ID]
			switch {
			case !r.Override:
			case before == nil || before.File == f.Name:
				c.probs.Add(f.Name, r.Line, r.ID, "override: no file that is used has a rule of this id")
			default:
				out[before] = true
			}
			latest[r.ID] = r
		}
	}
	return out
}
