package engine

import (
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// exemptions compiles the exemptions of a profile, and checks the names they use.
func (c *compiler) exemptions(files []*rules.File) {
	packs := map[string]bool{}
	for _, f := range files {
		packs[f.Pack] = true
	}
	for _, f := range files {
		for _, e := range f.Exempt {
			for _, r := range e.Roles {
				if !c.set.Roles[models.Role(r.Text)] {
					c.probs.Add(f.Name, r.Line, "", "exempt: unknown role %q%s", strict.Shorten(r.Text), strict.DidYouMean(r.Text, c.set.RoleNames()))
				}
			}
			for _, p := range e.Packs {
				if !packs[strings.TrimSuffix(p.Text, ".yaml")] {
					c.probs.Add(f.Name, p.Line, "", "exempt: %q is not a used file", strict.Shorten(p.Text))
				}
			}
			e.File = f.Name
			c.set.exempt = append(c.set.exempt, e)
		}
	}
}

// applies reports rules that look only for people who are exempt from them.
func (c *compiler) applies(f *rules.File, r *rules.Rule) {
	for _, e := range c.set.exempt {
		if len(e.Packs) > 0 && !named(e.Packs, f.Pack) && !named(e.Packs, f.Pack+".yaml") {
			continue
		}
		line, who, ok := condition.OnlyOf(r.When, e.Roles, e.Speakers)
		switch {
		case !ok:
		case e.File == f.Name:
			c.probs.Add(f.Name, line, r.ID, "%s is exempt from this rule (exempt: on line %d): give packs: there, or remove the rule", who, e.Line)
		case f.Dir != "":
			c.note(f, r, "%s is exempt from this rule, so it never flags anything", who)
		}
	}
}

// exempts reports whether a rule does not apply to the current person.
func (s *Set) exempts(sc *condition.Context, r *rule) bool {
	if len(s.exempt) == 0 || r.forRoom() || sc.Person == nil {
		return false
	}
	return slices.ContainsFunc(s.exempt, func(e rules.Exempt) bool {
		return (len(e.Packs) == 0 || named(e.Packs, r.pack) || named(e.Packs, r.pack+".yaml")) &&
			(named(e.Speakers, sc.Person.ID) || slices.ContainsFunc(sc.Roles, func(x models.Role) bool { return named(e.Roles, string(x)) }))
	})
}

func named(in []strict.Text, name string) bool {
	return slices.ContainsFunc(in, func(t strict.Text) bool { return t.Text == name })
}
