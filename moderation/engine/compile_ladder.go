package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/rules"
)

// roomSettings takes over what a file says about the room; later files win.
func (c *compiler) roomSettings(f *rules.File) {
	if f.Newcomer != nil {
		c.set.newcomers = f.Newcomer
	}
	if f.Languages != nil {
		c.set.languages = f.Languages
	}
	if f.VoteOver > 0 {
		c.set.voteOver = f.VoteOver
	}
	if f.Automatic != nil {
		c.set.automatic = f.Automatic
	}
	for _, l := range f.Ledgers {
		c.set.ledgers[l.Name] = l
	}
}

// switchedOff are the rules that some file switches off. An id that no file has is a mistake.
func (c *compiler) switchedOff(files []*rules.File) map[string]bool {
	known, off := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		for _, r := range f.Rules {
			known[r.ID] = true
		}
	}
	for _, f := range files {
		for _, t := range f.Off {
			if !known[t.Text] {
				c.probs.Add(f.Name, t.Line, "", "off: there is no rule %q%s", strict.Shorten(t.Text), strict.DidYouMean(t.Text, slices.Sorted(maps.Keys(known))))
			}
			off[t.Text] = true
		}
	}
	return off
}

// ladder refuses rules whose ledgers feed each other in a circle.
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
				c.probs.Add(e.rule.File, e.rule.Line, e.rule.ID, "the ladder goes in a circle: %s", circleOf(around))
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

// circleOf names a circle of ledgers, shortened where it is long.
func circleOf(names []string) string {
	if len(names) > 8 {
		names = append(append(slices.Clone(names[:4]), fmt.Sprintf("… %d more …", len(names)-8)), names[len(names)-4:]...)
	}
	return strings.Join(names, " -> ")
}

// edgeRule is a rule that adds to a ledger because of another.
type edgeRule struct {
	to   string
	rule *rules.Rule
}
