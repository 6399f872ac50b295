package condition

import (
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// group is a list of conditions, as it is written.
type group struct{ kids []*rules.Cond }

// Content is what the group is made of.
func (g *group) Content() (string, any) { return "Kids", g.kids }

func (g *group) compileAll(p *Part) []Condition {
	out := make([]Condition, len(g.kids))
	for i, kid := range g.kids {
		out[i] = p.Condition(kid)
	}
	return out
}

// explain joins why those conditions came out so that decided.
func explain(kids []Condition, e *Context, decisive bool) string {
	var parts []string
	for _, kid := range kids {
		if held, ms := kid.Eval(e, 0); held == decisive {
			parts = append(parts, kid.Explain(e, held, ms))
		}
	}
	return strings.Join(slices.Compact(parts), "; ")
}

// anyOf is the list of any:.
type anyOf struct{ group }

// Shape is how any: is written.
func (g *anyOf) Shape(nested rules.Nested) strict.Shape { return nested("any", &g.kids) }

func (g *anyOf) compile(p *Part) Condition { return anyHolds{g.compileAll(p)} }

// anyHolds holds when one of its conditions does.
type anyHolds struct{ kids []Condition }

// Eval gives the matches of all that hold.
func (g anyHolds) Eval(e *Context, minP float64) (bool, []match.Match) {
	held, out := false, []match.Match(nil)
	for _, kid := range g.kids {
		ok, ms := kid.Eval(e, minP)
		held = held || ok
		out = append(out, ms...)
	}
	return held, out
}

// Explain tells of those that decided.
func (g anyHolds) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, held)
}

// allOf is the list of all:.
type allOf struct{ group }

// Shape is how all: is written.
func (g *allOf) Shape(nested rules.Nested) strict.Shape { return nested("all", &g.kids) }

func (g *allOf) compile(p *Part) Condition { return allHold{g.compileAll(p)} }

// allHold holds when all its conditions do.
type allHold struct{ kids []Condition }

// Eval gives the matches of all.
func (g allHold) Eval(e *Context, minP float64) (bool, []match.Match) {
	var out []match.Match
	for _, kid := range g.kids {
		ok, ms := kid.Eval(e, minP)
		if !ok {
			return false, nil
		}
		out = append(out, ms...)
	}
	return true, out
}

// Explain tells of those that decided.
func (g allHold) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, held)
}

// noneOf is the list of none:.
type noneOf struct{ group }

// Shape is how none: is written.
func (g *noneOf) Shape(nested rules.Nested) strict.Shape { return nested("none", &g.kids) }

func (g *noneOf) compile(p *Part) Condition { return noneHolds{g.compileAll(p)} }

// noneHolds holds when none of its conditions does. Below it every match counts, so that doubt about a word can only ever excuse.
type noneHolds struct{ kids []Condition }

// Eval never has matches.
func (g noneHolds) Eval(e *Context, _ float64) (bool, []match.Match) {
	noSound, nowOnly := e.NoSound, e.NowOnly
	e.NoSound, e.NowOnly = false, false
	defer func() { e.NoSound, e.NowOnly = noSound, nowOnly }()
	for _, kid := range g.kids {
		if ok, _ := kid.Eval(e, 0); ok {
			return false, nil
		}
	}
	return true, nil
}

// Explain tells of those that decided.
func (g noneHolds) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, !held)
}
