package condition

import (
	"cmp"

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
	Every              int64 `json:",omitempty"` // between two turns
	Gap                int64 `json:",omitempty"` // of a turn; 0: longestPause
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
			{Name: "every", Shape: strict.Duration("every", &c.Every)},
			{Name: "gap", Shape: strict.Duration("gap", &c.Gap)},
			{Name: "min_speakers", Shape: strict.Whole("min_speakers", &c.MinSpeakers, 1, 1000)},
		},
		NeedsOne: []string{"share_over", "turn_over", "interruptions", "overlap", "every"},
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
	if c.ShareOver != nil && !c.shareOver(e, w) {
		return false, nil
	}
	if c.Overlap != nil {
		if over, talk := e.roster.overlap(e.Person, w); talk < c.Of/20 || float64(over) <= *c.Overlap*float64(talk) {
			return false, nil
		}
	}
	if c.TurnOver > 0 && e.roster.turn(e.Person, e.Now, cmp.Or(c.Gap, longestPause)) <= c.TurnOver {
		return false, nil
	}
	if c.Every > 0 && !e.roster.again(e.Person, e.Now, cmp.Or(c.Gap, longestPause), c.Every) {
		return false, nil
	}
	return c.Interruptions == nil || c.Interruptions.Holds(float64(e.roster.interruptions(e.Person, w))), nil
}

// shareOver reports whether a person has had more than their share, once the session is as old as the window. It means something
// only when the room has talked for a fifth of the window.
func (c *takesFloor) shareOver(e *Context, w models.Span) bool {
	mine, all, speakers := e.Person.floor.talk(w), int64(0), 0
	for _, other := range e.roster.People {
		t := other.floor.talk(w)
		if all += t; t >= countsFrom {
			speakers++
		}
	}
	return w.StartMS >= 0 && all >= c.Of/5 && speakers >= c.MinSpeakers && float64(mine) > *c.ShareOver*float64(all)
}

// Explain says whether the floor is taken so.
func (c *takesFloor) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the floor is taken as described", held)
}
