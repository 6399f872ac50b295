package condition

import (
	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// takesFloor holds when a person takes the floor as described. All that is written must hold, within Of ms.
type takesFloor struct {
	ShareOver, Overlap *float64           `json:",omitempty"`
	TurnOver           int64              `json:",omitempty"`
	Interruptions      *strict.Comparison `json:",omitempty"`
	Of                 int64
	MinSpeakers        int
}

// Shape is how floor: is written.
func (c *takesFloor) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What: "floor",
		Fields: []strict.Field{
			{Name: "share_over", Shape: strict.SomeNumber("share_over", &c.ShareOver, 0, 1)},
			{Name: "turn_over", Shape: strict.Duration("turn_over", &c.TurnOver)},
			{Name: "interruptions", Shape: strict.Compare("interruptions", &c.Interruptions)},
			{Name: "overlap", Shape: strict.SomeNumber("overlap", &c.Overlap, 0, 1)},
			{Name: "of", Shape: strict.Duration("within", &c.Of)},
			{Name: "within", Shape: strict.Duration("within", &c.Of)},
			{Name: "min_speakers", Shape: strict.Whole("min_speakers", &c.MinSpeakers, 1, 1000)},
		},
		NeedsOne: []string{"share_over", "turn_over", "interruptions", "overlap"},
	}, func(v strict.Value) {
		if c.Of > maxFloor {
			v.Bad("floor looks back at most %dm", maxFloor/60_000)
		}
	})
}

// Content is all that is written.
func (c *takesFloor) Content() (string, any) { return "Floor", c }

func (c *takesFloor) compile(p *Part) Condition {
	p.Looks |= AtPerson
	return c
}

// Eval looks at who spoke when.
func (c *takesFloor) Eval(e *Context, _ float64) (bool, []match.Match) {
	w := models.Span{StartMS: e.Now - c.Of, EndMS: e.Now}
	if c.ShareOver != nil || c.Overlap != nil {
		mine, all, speakers := e.Person.floor.talk(w), int64(0), 0
		for _, other := range e.roster.People {
			if t := other.floor.talk(w); t > 0 {
				all += t
				speakers++
			}
		}
		// A share means something only when the room has talked for a while: a fifth of the window.
		if c.ShareOver != nil && (all < c.Of/5 || speakers < c.MinSpeakers || float64(mine) <= *c.ShareOver*float64(all)) {
			return false, nil
		}
		if c.Overlap != nil && (mine < c.Of/20 || float64(e.roster.overlap(e.Person, w)) <= *c.Overlap*float64(mine)) {
			return false, nil
		}
	}
	if c.TurnOver > 0 && e.Person.floor.turn(e.Now) <= c.TurnOver {
		return false, nil
	}
	return c.Interruptions == nil || c.Interruptions.Holds(float64(e.roster.interruptions(e.Person, w))), nil
}

// Explain says whether the floor is taken so.
func (c *takesFloor) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the floor is taken as described", held)
}
