package condition

import (
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxRepeats is how far back repeats: may look, in ms.
const maxRepeats = 600_000

// minRepeated is the shortest text that counts as repeated, in letters: "yes" is said often and means nothing. A chant of a shorter
// text counts from minChanted letters in total, unless it consists of interjections.
const minRepeated, minChanted = 8, 24

// fastestChant is how often something can be said in a second.
const fastestChant = 5

// repeats holds if the same text is said Times times within Within ms; Similar is the required similarity, 0 to 1. By says whose
// lines count.
type repeats struct {
	Times   int
	Within  int64
	Similar float64
	By      string `json:",omitempty"`
}

// Shape is how repeats: is written.
func (c *repeats) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{What: "repeats", Instead: strict.As("times"), Fields: []strict.Field{
		{Name: "times", Shape: strict.Whole("times", &c.Times, 2, 50)},
		{Name: "within", Shape: strict.Seconds("within", &c.Within, maxRepeats*time.Millisecond)},
		{Name: "similar", Shape: strict.Number("similar", &c.Similar, 0.5, 1)},
		{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")},
	}}, func(v strict.Value) {
		if most := c.Within * fastestChant / 1000; int64(c.Times) > most {
			v.Bad("repeats: nobody says anything more than %d times within that time", most)
		}
	})
}

// Content is everything that is set.
func (c *repeats) Content() (string, any) { return "Repeats", c }

func (c *repeats) compile(p *Part) Condition {
	p.quotes(false)
	p.set.Repeats = max(p.set.Repeats, c.Within)
	return c
}

// Eval counts how often the line was said, including repetitions within it. The match is the line.
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

// before counts earlier repetitions: a line counts if it is similar to the current one, or to one that counts.
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
