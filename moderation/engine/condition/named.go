package condition

import (
	"slices"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// named is a reference to a condition under conditions:.
type named struct {
	name string
	is   *rules.Cond // nil until resolved
}

// namedPart is a compiled named condition. It is compiled once, however many rules use it.
type namedPart struct {
	*Part
	is   Condition
	done bool // false: it is being compiled
	used bool // something refers to it
}

// Shape is how condition: is written.
func (c *named) Shape(rules.Nested) strict.Shape { return strict.Name("condition", &c.name) }

// Content is the condition that the name refers to, so that a rule's hash changes with it.
func (c *named) Content() (string, any) {
	if c.is == nil {
		return "Name", c.name
	}
	return "Is", c.is
}

// compile takes over what the named condition looks at.
func (c *named) compile(p *Part) Condition {
	line := p.line
	cond, of := p.file.Condition(c.name)
	if cond == nil {
		p.bad(line, "unknown condition %q%s: define it under conditions:", strict.Shorten(c.name), strict.DidYouMean(c.name, names(p.file)))
		return unknown{}
	}
	n := p.named[cond]
	switch {
	case n == nil:
		n = p.Builder.compileNamed(of, cond)
	case !n.done:
		p.bad(line, "conditions: refer to each other in a cycle through %q", strict.Shorten(c.name))
		return unknown{}
	}
	c.is, n.used = cond, true
	p.Inputs |= n.Inputs
	p.Excludes, p.Quotes, p.Spans = p.Excludes|n.Excludes, p.Quotes || n.Quotes, p.Spans || n.Spans
	p.BySound, p.Meaning = p.BySound || n.BySound, p.Meaning || n.Meaning
	p.Balances = append(p.Balances, n.Balances...)
	p.Lists = append(p.Lists, n.Lists...)
	p.looksFor(n.sources)
	return n.is
}

// compileNamed compiles a named condition by itself: its problems are recorded once, at its definition.
func (b *Builder) compileNamed(f *rules.File, c *rules.Cond) *namedPart {
	n := &namedPart{Part: b.Rule(f, &rules.Rule{})}
	b.named[c] = n
	n.is, n.done = n.Part.Condition(c), true
	return n
}

// Named compiles the named conditions of a file, including those that no rule uses.
func (b *Builder) Named(f *rules.File) {
	for _, c := range f.Named {
		if b.named[c.Cond] == nil {
			b.compileNamed(f, c.Cond)
		}
	}
}

// Refers reports whether a rule or another condition compiled so far refers to a named condition.
func (b *Builder) Refers(c *rules.Cond) bool { return b.named[c] != nil && b.named[c].used }

// names returns the conditions that a file may use.
func names(f *rules.File) (out []string) {
	for _, file := range f.Closure() {
		for _, n := range file.Named {
			out = append(out, n.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unknown replaces a condition that could not be compiled.
type unknown struct{}

// Eval never holds.
func (unknown) Eval(*Context, float64) (bool, []match.Match) { return false, nil }

// Explain returns nothing.
func (unknown) Explain(*Context, bool, []match.Match) string { return "" }
