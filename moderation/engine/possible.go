package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// possible rejects rules that could never hold, because their parts look at different things.
func (c *compiler) possible(f *rules.File, raw *rules.Rule, when, unless *condition.Part) {
	const said, heard, who = condition.InputWords | condition.InputLine, condition.InputPerson | condition.InputRoom, condition.InputWho
	bad := func(message string) { c.probs.Add(f.Name, raw.Line, raw.ID, "%s", message) }
	if raw.Span != nil && !when.Spans {
		bad("span: joins several lines of a speaker, but when: does not look for words in them: remove span:")
	}
	if raw.For > 0 && when.Inputs&(said|condition.InputLedger) != 0 {
		bad("for: needs a condition that lasts, but what is said or what ledgers reach holds only for a moment: remove for:")
	}
	if most, ok := condition.LongestAt(raw.When); ok && raw.For > int64(most)*60_000 {
		bad(fmt.Sprintf("for: %s is longer than at: holds, which is %s: the rule can never flag anything", shortDuration(raw.For),
			shortDuration(int64(most)*60_000)))
	}
	if why := condition.Outlasts(raw.When, raw.For); raw.For > 0 && why != "" {
		bad(why)
	}
	if line, ok := condition.FromStart(raw.When); ok && raw.For == 0 && f.Dir != "" {
		c.set.notes = append(c.set.notes, Note{f.Name, line, raw.ID, "when: holds from the start, before anything has happened: " +
			"join it with another condition under all:, write how long with for:, or turn the comparison round"})
	}
	if condition.Certain(raw.When) {
		bad("when: always holds, because one of two opposites is enough for it: take one of the two out")
	}
	if first, second, ok := condition.Contradiction(raw.When, raw.Unless); ok {
		where := ""
		if first != second {
			where = fmt.Sprintf(" on line %d", first)
		}
		c.probs.Add(
			f.Name, second, raw.ID, "the rule can never flag anything: it rules out here what it asks for%s: take one of the two out",
			where,
		)
	}
	observed, climbs := when.Inputs&heard != 0, when.Inputs&condition.InputLedger != 0
	if observed && when.Excludes&said != 0 && when.Inputs&^when.Excludes&said == 0 {
		bad("none: looks at a line, but the rest of when: holds while there is no line: use said: {phrase: …, last: 5m} in none:")
	}
	if when.Inputs&said != 0 {
		return
	}
	room := when.Inputs&condition.InputRoom != 0 && when.Inputs&(condition.InputPerson|condition.InputLedger) == 0
	if room && ((when.Inputs|unless.Inputs)&who != 0 || unless.Inputs&condition.InputPerson != 0) {
		bad("room: does not concern a particular person, so conditions on one never hold: use present: {role: host} for who is there, " +
			"said: with by: room, and ledgers with per: room")
	}
	if (observed || climbs) && unless.Inputs&said != 0 {
		bad("unless: looks at a line, but when: holds while there is no line: use said: {phrase: …, last: 5m} in unless:")
	}
}

// replaced returns the rules replaced by another file's rule with override.
func (c *compiler) replaced(files []*rules.File) map[*rules.Rule]bool {
	out := map[*rules.Rule]bool{}
	latest := map[string]*rules.Rule{}
	for _, f := range files {
		for _, r := range f.Rules {
			before := latest[r.ID]
			switch {
			case !r.Override:
			case before == nil || before.File == f.Name:
				c.probs.Add(f.Name, r.Line, r.ID, "override: no used file has a rule with this id")
			default:
				out[before] = true
			}
			latest[r.ID] = r
		}
	}
	return out
}

// ladder rejects rules whose ledgers feed each other in a cycle.
func (c *compiler) ladder() {
	feeds := map[string][]edgeRule{}
	for _, r := range c.set.rules {
		for _, from := range r.balances {
			for _, s := range r.steps {
				if to, ok := s.(*add); ok {
					feeds[from.Name] = append(feeds[from.Name], edgeRule{to.Ledger, r.Rule})
				}
			}
		}
	}
	state := map[string]int{}
	var visit func(at string, path []string)
	visit = func(at string, path []string) {
		state[at] = 1
		for _, e := range feeds[at] {
			if i := slices.Index(append(slices.Clip(path), at), e.to); i >= 0 {
				around := slices.Concat(path, []string{at, e.to})[i:]
				c.probs.Add(e.rule.File, e.rule.Line, e.rule.ID, "the ledgers form a cycle: %s", circleOf(around))
				continue
			}
			if state[e.to] == 0 {
				visit(e.to, append(slices.Clip(path), at))
			}
		}
		state[at] = 2
	}
	for _, name := range slices.Sorted(maps.Keys(feeds)) {
		if state[name] == 0 {
			visit(name, nil)
		}
	}
}

// circleOf describes a cycle of ledgers, shortened if it is long.
func circleOf(names []string) string {
	if len(names) > 8 {
		names = append(append(slices.Clone(names[:4]), fmt.Sprintf("… %d more …", len(names)-8)), names[len(names)-4:]...)
	}
	return strings.Join(names, " -> ")
}

// edgeRule is a rule that adds to one ledger because of another.
type edgeRule struct {
	to   string
	rule *rules.Rule
}
