package engine

import (
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
	"earshot/moderation/rules"
)

// reveals holds when personal data of one of the kinds is said.
type reveals struct{ kinds []string }

// Shape is how reveals: is written.
func (c *reveals) Shape(rules.Nested) strict.Shape {
	return strict.ManyOf("kind of personal data", &c.kinds, pii.Kinds...)
}

// Content is the kinds.
func (c *reveals) Content() (string, any) { return "Names", c.kinds }

func (c *reveals) compile(p *part) condition {
	p.looks |= atWords
	p.reach(pii.WindowMS)
	out := revealed{kinds: c.kinds}
	for _, kind := range c.kinds {
		out.sources = append(out.sources, p.personal(kind))
	}
	p.looksFor(out.sources)
	return out
}

// revealed holds when one of its sources is found: people pause between the groups of a number.
type revealed struct {
	kinds   []string
	sources []int
}

// Eval gives the matches, some of which may begin in earlier lines.
func (c revealed) Eval(e *evalContext, minP float64) (bool, []match.Match) {
	from := e.from
	if !e.observe {
		from = min(from, e.Window.Reach(pii.WindowMS, 0))
	}
	return e.found(c.sources, from, minP)
}

// Explain quotes what was said.
func (c revealed) Explain(e *evalContext, held bool, ms []match.Match) string {
	if held {
		return e.quote(ms) + " was said"
	}
	return "no " + strings.Join(c.kinds, ", ") + " was said"
}
