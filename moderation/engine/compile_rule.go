package engine

import (
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// roomSettings takes over what a file says about the room; later files win.
func (c *compiler) roomSettings(f *rawFile) {
	if f.newcomer != nil {
		c.set.newcomers = f.newcomer
	}
	if f.languages != nil {
		c.set.languages = f.languages
	}
	if f.voteOver > 0 {
		c.set.voteOver = f.voteOver
	}
	if f.automatic != nil {
		c.set.automatic = f.automatic
	}
	for _, l := range f.ledgers {
		c.set.ledgers[l.Name] = l
	}
}

// switchedOff are the rules that some file switches off. An id that no file has is a mistake.
func (c *compiler) switchedOff(files []*rawFile) map[string]bool {
	known, off := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		for _, r := range f.rules {
			known[r.ID] = true
		}
	}
	for _, f := range files {
		for _, t := range f.off {
			if !known[t.Text] {
				c.probs.add(f.name, t.line, "", "off: there is no rule %q%s", shorten(t.Text), didYouMean(t.Text, slices.Sorted(maps.Keys(known))))
			}
			off[t.Text] = true
		}
	}
	return off
}

// nature notes what a rule looks at, and checks what its steps name.
func (c *compiler) nature(f *rawFile, raw *rawRule, r *rule) {
	r.observed = r.when.looksAt(condFloor, condHeard, condRoom, condLanguage)
	r.ladder = r.when.looksAt(condLedger)
	r.spoken = r.when.looksAt(condSays, condReveals, condRepeats, condIf) || !r.observed && !r.ladder
	for _, part := range []*cond{r.when, r.unless} {
		part.walk(func(x *cond) {
			for _, src := range x.sources {
				if c.set.sources[src].how == howSound && part == r.when {
					r.bySound = true
				}
				if r.span != nil {
					c.match.OverLines(src)
				}
			}
			if x.Kind == condReveals {
				c.set.reach = max(c.set.reach, pii.WindowMS)
			}
			if x.Kind == condReported {
				c.set.reach = max(c.set.reach, match.ReportedWindow)
			}
		})
	}
	if r.span != nil {
		c.set.reach = max(c.set.reach, r.span.Last)
	}
	for i := range raw.Steps {
		s := &raw.Steps[i]
		if s.Verb == stepAdd && s.Ledger != "" {
			c.knownLedger(f, raw, s.Ledger, s.line)
		}
	}
	if r.automatic && !slices.ContainsFunc(raw.Steps, func(s rawStep) bool { return slices.Contains(c.set.automatic, s.Verb) }) {
		c.probs.add(f.name, raw.line, raw.ID, "automatic: the rule has no step that the profile allows without asking (automatic: [remove, ban])")
	}
}

// ladder refuses rules whose ledgers feed each other in a circle.
func (c *compiler) ladder(files []*rawFile) {
	feeds := map[string][]edgeRule{}
	for _, f := range files {
		for _, raw := range f.rules {
			if raw.When == nil || c.ids[raw.ID] != raw {
				continue
			}
			for _, from := range raw.When.ledgerNames(nil) {
				for _, s := range raw.Steps {
					if s.Verb == stepAdd {
						feeds[from] = append(feeds[from], edgeRule{s.Ledger, raw})
					}
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
				c.probs.add(e.rule.pack.name, e.rule.line, e.rule.ID, "the ladder goes in a circle: %s", circleOf(around))
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
	rule *rawRule
}

// ledgerNames are the ledgers that a condition looks at.
func (c *rawCond) ledgerNames(out []string) []string {
	for _, b := range c.Ledgers {
		out = append(out, b.Name)
	}
	for _, kid := range c.Kids {
		out = kid.ledgerNames(out)
	}
	return out
}

// reveals is the source of a kind of personal data.
func (c *compiler) reveals(kind string) int {
	id := c.match.Personal(kind)
	if id == len(c.set.sources) {
		c.set.sources = append(c.set.sources, source{how: kind, mask: true})
	}
	return id
}
