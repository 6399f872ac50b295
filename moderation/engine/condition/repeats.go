package condition

import (
	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxRepeats is how far back repeats: may look, in ms.
const maxRepeats = 600_000

// minRepeated is the shortest thing that counts as said again, in letters: "yes" is said often and means nothing.
const minRepeated = 8

// repeats holds when the same thing is said Times times within Within ms; Similar is how alike, 0 to 1.
type repeats struct {
	Times   int
	Within  int64
	Similar float64
}

// Shape is how repeats: is written.
func (c *repeats) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{What: "repeats", Fields: []strict.Field{
		{Name: "times", Shape: strict.Whole("times", &c.Times, 2, 50)},
		{Name: "within", Shape: strict.Duration("within", &c.Within)},
		{Name: "similar", Shape: strict.Number("similar", &c.Similar, 0.5, 1)},
	}}, func(v strict.Value) {
		if c.Within > maxRepeats {
			v.Bad("repeats.within may be at most %dm", maxRepeats/60_000)
		}
	})
}

// Content is all that is written.
func (c *repeats) Content() (string, any) { return "Repeats", c }

func (c *repeats) compile(p *Part) Condition {
	p.Looks |= AtWords
	p.set.Repeats = max(p.set.Repeats, c.Within)
	return c
}

// Eval counts how often the line was said, with what it repeats in itself. The match is the line.
func (c *repeats) Eval(e *Context, minP float64) (bool, []match.Match) {
	if e.Observe {
		return false, nil
	}
	tokens := e.Window.Tokens[e.Window.Cut:]
	unit := match.Period(tokens)
	if match.Letters(tokens[:unit]) < minRepeated {
		return false, nil
	}
	times := len(tokens) / max(unit, 1)
	for _, l := range e.Person.lines {
		if l.Of.EndMS < e.Line.StartMS-c.Within || l.Tokens == nil || l.Of.Key == e.Line.Key && l.Of.Seq != 0 {
			continue
		}
		n := match.Period(l.Tokens)
		if match.Similarity(tokens[:unit], l.Tokens[:n]) >= c.Similar {
			times += len(l.Tokens) / max(n, 1)
		}
	}
	if times < c.Times {
		return false, nil
	}
	m := match.Match{Source: -1, First: e.Window.Cut, Last: len(e.Window.Tokens) - 1, P: 1}
	for i, w := range e.Window.Current() {
		m.Words = append(m.Words, e.Window.CutAt+i)
		m.P = min(m.P, w.P)
	}
	return float64(m.P) >= minP, []match.Match{m}
}

// Explain says whether it was said again.
func (c *repeats) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("it was said again and again", held)
}
