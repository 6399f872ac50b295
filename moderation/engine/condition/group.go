package condition

import (
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// group is a list of conditions as parsed.
type group struct{ kids []*rules.Cond }

// Content is the group's conditions.
func (g *group) Content() (string, any) { return "Kids", g.kids }

func (g *group) compileAll(p *Part) []Condition {
	out := make([]Condition, len(g.kids))
	for i, kid := range g.kids {
		out[i] = p.Condition(kid)
	}
	return out
}

// reasons are why the conditions of a group decided, each once. Lists of which nothing was said are one reason.
type reasons struct{ lists, parts []string }

// gather adds the reasons of the conditions that decided, and of those in their groups.
func (r *reasons) gather(kids []Condition, e *Context, decisive bool) {
	for _, kid := range kids {
		held, ms := kid.Eval(e, 0)
		if held != decisive {
			continue
		}
		switch c := kid.(type) {
		case anyHolds:
			r.gather(c.kids, e, held)
		case allHold:
			r.gather(c.kids, e, held)
		case noneHolds:
			r.gather(c.kids, e, !held)
		default:
			r.add(kid, e, held, ms)
		}
	}
}

func (r *reasons) add(c Condition, e *Context, held bool, ms []match.Match) {
	if said, ok := c.(wordsSaid); ok && !held {
		if list := said.unsaid(e); list != "" {
			r.lists = addOnce(r.lists, list)
			return
		}
	}
	r.parts = addOnce(r.parts, c.Explain(e, held, ms))
}

func addOnce(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// explain joins the reasons of the conditions that decided.
func explain(kids []Condition, e *Context, decisive bool) string {
	var r reasons
	r.gather(kids, e, decisive)
	if len(r.lists) > 0 {
		r.parts = slices.Insert(r.parts, 0, nothingFrom(r.lists...))
	}
	return strings.Join(r.parts, "; ")
}

// anyOf is the list of any:.
type anyOf struct{ group }

// Shape is how any: is written.
func (g *anyOf) Shape(nested rules.Nested) strict.Shape { return nested("any", &g.kids) }

func (g *anyOf) compile(p *Part) Condition { return anyHolds{g.compileAll(p)} }

// anyHolds holds when one of its conditions does.
type anyHolds struct{ kids []Condition }

// Eval returns the matches of all that hold.
func (g anyHolds) Eval(e *Context, minP float64) (bool, []match.Match) {
	held, out := false, []match.Match(nil)
	for _, kid := range g.kids {
		ok, ms := kid.Eval(e, minP)
		held = held || ok
		out = append(out, ms...)
	}
	return held, out
}

// Explain explains those that decided.
func (g anyHolds) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, held)
}

// allOf is the list of all:.
type allOf struct{ group }

// Shape is how all: is written.
func (g *allOf) Shape(nested rules.Nested) strict.Shape { return nested("all", &g.kids) }

func (g *allOf) compile(p *Part) Condition { return allHold{g.compileAll(p)} }

// allHold holds if all its conditions do.
type allHold struct{ kids []Condition }

// Eval returns the matches of all. Whether speech is reported is asked of what the others matched.
func (g allHold) Eval(e *Context, minP float64) (bool, []match.Match) {
	var out []match.Match
	for _, kid := range g.kids {
		if _, asks := kid.(*reportedSpeech); asks {
			continue
		}
		ok, ms := kid.Eval(e, minP)
		if !ok {
			return false, nil
		}
		out = append(out, ms...)
	}
	return g.reported(e, out), out
}

// reported reports whether the conditions on reported speech hold for some matches.
func (g allHold) reported(e *Context, ms []match.Match) bool {
	if e.Evidence == nil {
		e.Evidence = ms
		defer func() { e.Evidence = nil }()
	}
	for _, kid := range g.kids {
		if c, asks := kid.(*reportedSpeech); asks {
			if held, _ := c.Eval(e, 0); !held {
				return false
			}
		}
	}
	return true
}

// Explain explains those that decided.
func (g allHold) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, held)
}

// noneOf is the list of none:.
type noneOf struct{ group }

// Shape is how none: is written.
func (g *noneOf) Shape(nested rules.Nested) strict.Shape { return nested("none", &g.kids) }

func (g *noneOf) compile(p *Part) Condition {
	looks, quotes, spans := p.Inputs, p.Quotes, p.Spans
	p.Inputs = 0
	out := noneHolds{g.compileAll(p)}
	p.Excludes |= p.Inputs
	p.Inputs, p.Quotes, p.Spans = looks|p.Inputs, quotes, spans
	return out
}

// noneHolds holds if none of its conditions does. Below it every match counts, so that doubt about a word can only excuse.
type noneHolds struct{ kids []Condition }

// Eval never returns matches.
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

// Explain explains those that decided.
func (g noneHolds) Explain(e *Context, held bool, _ []match.Match) string {
	return explain(g.kids, e, !held)
}
