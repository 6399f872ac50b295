package condition

import (
	"slices"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxRepeats is how far back repeats: may look, in ms.
const maxRepeats = 600_000

// minRepeated is the shortest thing that counts as said again, in letters: "yes" is said often and means nothing. A chant of
// something shorter counts from minChanted letters on in all, unless it is made of interjections.
const minRepeated, minChanted = 8, 24

// repeats holds when the same thing is said Times times within Within ms; Similar is how alike, 0 to 1. By is whose lines count.
type repeats struct {
	Times   int
	Within  int64
	Similar float64
	By      string `json:",omitempty"`
}

// Shape is how repeats: is written.
func (c *repeats) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{What: "repeats", Fields: []strict.Field{
		{Name: "times", Shape: strict.Whole("times", &c.Times, 2, 50)},
		{Name: "within", Shape: strict.Duration("within", &c.Within)},
		{Name: "similar", Shape: strict.Number("similar", &c.Similar, 0.5, 1)},
		{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")},
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
	unit := tokens[:match.Period(tokens)]
	letters := match.Letters(unit)
	if letters == 0 || letters < minRepeated && match.Interjections(unit) {
		return false, nil
	}
	times := len(tokens)/len(unit) + c.before(e, unit)
	if times < c.Times || letters < minRepeated && letters*times < minChanted {
		return false, nil
	}
	m := match.Match{Source: -1, First: e.Window.Cut, Last: len(e.Window.Tokens) - 1, P: 1}
	for i, w := range e.Window.Current() {
		m.Words = append(m.Words, e.Window.CutAt+i)
		m.P = min(m.P, w.P)
	}
	return float64(m.P) >= minP, []match.Match{m}
}

// before counts how often something was said before: a line counts that is like it, or like one that does.
func (c *repeats) before(e *Context, unit []match.Token) int {
	var lines [][]match.Token
	remember := func(p *Person) {
		for _, l := range p.lines {
			if l.Of.EndMS >= e.Line.StartMS-c.Within && l.Tokens != nil && (l.Of.Key != e.Line.Key || l.Of.Seq == 0) {
				lines = append(lines, l.Tokens)
			}
		}
	}
	if c.By == "room" {
		for _, p := range e.roster.People {
			remember(p)
		}
	} else {
		remember(e.Person)
	}
	times := 0
	for like := [][]match.Token{unit}; len(like) > 0; like = like[1:] {
		lines = slices.DeleteFunc(lines, func(l []match.Token) bool {
			n := match.Period(l)
			if match.Similarity(like[0], l[:n]) < c.Similar {
				return false
			}
			times += len(l) / max(n, 1)
			like = append(like, l[:n])
			return true
		})
	}
	return times
}

// Explain says whether it was said again.
func (c *repeats) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("it was said again and again", held)
}
