package engine

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// note records what a host should know about a rule.
func (c *compiler) note(f *rules.File, r *rules.Rule, format string, args ...any) {
	c.set.notes = append(c.set.notes, Note{f.Name, r.Line, r.ID, fmt.Sprintf(format, args...)})
}

// ownLists iterates over the word lists of files on disk, with their files.
func ownLists(files []*rules.File) iter.Seq2[*rules.File, *rules.List] {
	return func(yield func(*rules.File, *rules.List) bool) {
		for _, f := range files {
			for i := range f.Words {
				if f.Dir != "" && !yield(f, &f.Words[i]) {
					return
				}
			}
		}
	}
}

// noteUnused notes the word lists of files on disk that no rule looks for: most were meant to add to a list of a used file.
func (c *compiler) noteUnused(files []*rules.File) {
	for f, l := range ownLists(files) {
		if c.LooksFor(l) {
			continue
		}
		text := fmt.Sprintf("no rule uses the word list %q", l.Name)
		if f.Uses(l.Name) {
			text += fmt.Sprintf("; to add to the list of the same name in a used file, write %s: {add: [...]}", l.Name)
		}
		c.set.notes = append(c.set.notes, Note{File: f.Name, Line: l.Line, Text: text})
	}
}

// noteConditions notes the named conditions of files on disk that no rule uses.
func (c *compiler) noteConditions(files []*rules.File) {
	for _, f := range files {
		for _, n := range f.Named {
			if f.Dir != "" && !c.Refers(n.Cond) {
				c.set.notes = append(c.set.notes, Note{File: f.Name, Line: n.Cond.Line, Text: fmt.Sprintf("no rule uses the condition %q", n.Name)})
			}
		}
	}
}

// noteExcused notes the words of lists that their own never: excuses altogether.
func (c *compiler) noteExcused(files []*rules.File) {
	for f, l := range ownLists(files) {
		for _, w := range l.Words {
			if slices.ContainsFunc(l.Never, func(n strict.Text) bool { return n.Text == w.Text }) {
				c.set.notes = append(c.set.notes, Note{
					File: f.Name, Line: l.Line, Text: fmt.Sprintf("never: has %q too, so it is never found", w.Text),
				})
			}
		}
	}
}

// noteNothing notes that there are no rules, and ledgers that rules look at and to which none adds points.
func (c *compiler) noteNothing(files []*rules.File) {
	if len(c.set.rules) == 0 && len(files) > 0 {
		c.set.notes = append(c.set.notes, Note{
			File: files[len(files)-1].Name, Line: 1, Text: "there are no rules: nothing is flagged",
		})
	}
	fed := map[string]bool{}
	for _, r := range c.set.rules {
		for _, s := range r.steps {
			if to, ok := s.(*add); ok && to.Points > 0 {
				fed[to.Ledger] = true
			}
		}
	}
	for _, r := range c.set.rules {
		for _, b := range r.balances {
			if l := c.set.Ledgers[b.Name]; !fed[b.Name] && l.Across != "this_host" {
				c.set.notes = append(c.set.notes, Note{r.File, r.Line, r.ID, fmt.Sprintf("no rule adds points to the ledger %q", b.Name)})
			}
		}
	}
}

// wordLists collects the word lists that the compiled rules look for.
func (c *compiler) wordLists(files []*rules.File) {
	for _, f := range files {
		for i := range f.Words {
			if l := &f.Words[i]; c.LooksFor(l) {
				c.set.lists = append(c.set.lists, WordList{l.Name, f.Pack, f.Name})
			}
		}
	}
	slices.SortStableFunc(c.set.lists, func(a, b WordList) int { return cmp.Compare(a.Name, b.Name) })
}

// noteTrust notes limits of a rule that are looser than the profile's, which stay in effect, and leave to act that nothing gives.
func (c *compiler) noteTrust(f *rules.File, r *rules.Rule) {
	if f.Dir == "" {
		return
	}
	looser := func(key string, given *float64, profile float64, is bool) {
		if given != nil && is {
			c.note(f, r, "trust: %s: %v has no effect: the profile requires %v", key, *given, profile)
		}
	}
	g, final := r.Trust, c.trust.final
	looser("logprob", g.LogProb, final.logProb, g.LogProb != nil && *g.LogProb < final.logProb)
	looser("voiced", g.Voiced, final.voiced, g.Voiced != nil && *g.Voiced < final.voiced)
	looser("loss_max", g.LossMax, final.lossMax, g.LossMax != nil && *g.LossMax > final.lossMax)
	if g.Attribution != nil && len(c.trust.forRule(g).attribution) == 0 {
		c.note(f, r, "trust: attribution: shares nothing with the profile's, so the rule only records")
	}
	if r.Automatic && weaker(c.set.modeOf(f), r.Mode) != models.ModeAct {
		c.note(f, r, "automatic: has no effect unless the mode is act")
	}
}

// noteRoles notes roles under people: whose name is that of a known one but for a letter, and that no rule asks for.
func (c *compiler) noteRoles(files []*rules.File) {
	known := []string{"newcomer"}
	for _, r := range knownRoles {
		known = append(known, string(r))
	}
	for _, f := range files {
		for _, role := range slices.Sorted(maps.Keys(f.People)) {
			meant := strict.Closest(string(role), known)
			if f.Dir == "" || meant == "" || slices.Contains(known, string(role)) || c.RoleAsked(role) {
				continue
			}
			c.set.notes = append(c.set.notes, Note{
				File: f.Name, Line: 1, Text: fmt.Sprintf("people: no rule asks for the role %q (did you mean %q?)", role, meant),
			})
		}
	}
}

// noteForms notes settings of word lists that have no effect in the forms in which rules look for them.
func (c *compiler) noteForms(files []*rules.File) {
	for f, l := range ownLists(files) {
		if !c.LooksFor(l) {
			continue
		}
		note := func(text string) { c.set.notes = append(c.set.notes, Note{File: f.Name, Line: l.Line, Text: text}) }
		if l.Language != "en" && !c.LooksAs(l, match.Inflected) {
			note(fmt.Sprintf("language: %s has no effect on the list %q: it is for forms: [inflected]", l.Language, l.Name))
		}
		long := func(t strict.Text) bool {
			return slices.ContainsFunc(match.Phrase(t.Text), func(w string) bool { return len(w) >= match.MinNear })
		}
		if c.LooksAs(l, match.Near) && !slices.ContainsFunc(l.Words, long) {
			note(fmt.Sprintf("near finds words from %d letters on, and the list %q has none", match.MinNear, l.Name))
		}
	}
}

// noteNever notes the entries of never: in which nothing of their list would be found.
func (c *compiler) noteNever(files []*rules.File) {
	for f, l := range ownLists(files) {
		if !c.LooksFor(l) {
			continue
		}
		for _, n := range l.Never {
			if !c.Excepts(l, n.Text) {
				c.set.notes = append(c.set.notes, Note{
					File: cmp.Or(n.File, f.Name), Line: n.Line, Text: fmt.Sprintf("never: %q has nothing of the list %q", n.Text, l.Name),
				})
			}
		}
	}
}
