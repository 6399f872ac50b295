package moderation

import (
	"fmt"
	"slices"
	"strings"

	"earshot/models"
)

// cond is a compiled condition.
type cond struct {
	kind    condKind
	kids    []*cond
	sources []int    // of says
	names   []string // of role and speaker
}

// cond compiles a condition; nil stays nil.
func (c *compiler) cond(f *rawFile, r *rawRule, raw *rawCond) *cond {
	if raw == nil {
		return nil
	}
	out := &cond{kind: raw.Kind, names: raw.Names, sources: c.says(f, r, raw.Says)}
	for _, kid := range raw.Kids {
		out.kids = append(out.kids, c.cond(f, r, kid))
	}
	for i, name := range raw.Names {
		if raw.Kind == condRole && !c.set.roles[models.Role(name)] {
			c.probs.add(f.name, raw.lines[i], r.ID, "unknown role %q%s: give its members under people:", shorten(name), didYouMean(name, c.roleNames()))
		}
	}
	return out
}

// scene is what conditions look at: one line, and who said it.
type scene struct {
	set     *Set
	heard   *heard
	found   [][]match // per source
	excused [][]match // per source, what never: took away
	speaker string
	roles   []models.Role
	manner
}

// holds reports whether a condition holds when only matches of at least minP count, and the matches that made it hold.
// Below none: every match counts, so that doubt about a word can only ever excuse.
func (c *cond) holds(s *scene, minP float64) (bool, []match) {
	switch c.kind {
	case condAny:
		return c.holdsAny(s, minP)
	case condAll:
		return c.holdsAll(s, minP)
	case condNone:
		for _, kid := range c.kids {
			if ok, _ := kid.holds(s, 0); ok {
				return false, nil
			}
		}
		return true, nil
	case condRole:
		return slices.ContainsFunc(c.names, func(n string) bool { return slices.Contains(s.roles, models.Role(n)) }), nil
	case condSpeaker:
		return slices.Contains(c.names, s.speaker), nil
	}
	var out []match
	for _, src := range c.sources {
		for _, m := range s.found[src] {
			if float64(m.p) >= minP {
				out = append(out, m)
			}
		}
	}
	return len(out) > 0, out
}

func (c *cond) holdsAny(s *scene, minP float64) (bool, []match) {
	held, out := false, []match(nil)
	for _, kid := range c.kids {
		ok, ms := kid.holds(s, minP)
		held = held || ok
		out = append(out, ms...)
	}
	return held, out
}

func (c *cond) holdsAll(s *scene, minP float64) (bool, []match) {
	var out []match
	for _, kid := range c.kids {
		ok, ms := kid.holds(s, minP)
		if !ok {
			return false, nil
		}
		out = append(out, ms...)
	}
	return true, out
}

// because says in a few words why a condition holds or does not.
func (c *cond) because(s *scene) string {
	held, ms := c.holds(s, 0)
	switch c.kind {
	case condRole:
		if held {
			return "the speaker is " + joinRoles(s.roles)
		}
		return fmt.Sprintf("the speaker is %s, not %s", joinRoles(s.roles), strings.Join(c.names, " or "))
	case condSpeaker:
		if held {
			return "it is said by " + s.speaker
		}
		return "it is said by somebody else"
	case condSays:
		if held {
			return s.quote(ms) + " was said"
		}
		return s.missing(c.sources)
	}
	var parts []string
	for _, kid := range c.kids {
		if ok, _ := kid.holds(s, 0); ok == c.decisive(held) {
			parts = append(parts, kid.because(s))
		}
	}
	return strings.Join(slices.Compact(parts), "; ")
}

// decisive is the outcome of those children that decided the outcome of a group.
func (c *cond) decisive(held bool) bool {
	if c.kind == condNone {
		return !held
	}
	return held
}

// missing says what a says: matcher looked for in vain, and what never: took away from it.
func (sc *scene) missing(sources []int) string {
	what := "no phrase or pattern of it was said"
	for _, src := range sources {
		if ex := sc.excused[src]; len(ex) > 0 {
			return fmt.Sprintf("%s was said where the list %s has never:", sc.quote(ex), sc.set.sources[src].name)
		}
		if name := sc.set.sources[src].name; name != "" {
			what = "nothing from the list " + name + " was said"
		}
	}
	return what
}

func joinRoles(roles []models.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, " and ")
}
