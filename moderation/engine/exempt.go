package engine

import (
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// exemptions takes over whom no rule is about, and checks the names.
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
					c.probs.Add(f.Name, p.Line, "", "exempt: %q is no file that is used", strict.Shorten(p.Text))
				}
			}
			c.set.exempt = append(c.set.exempt, e)
		}
	}
}

// exempts reports whether a rule is not about whoever is looked at.
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
