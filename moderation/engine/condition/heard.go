package condition

import (
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// heard holds if a person's sound has the given properties. All parts given must hold, for For ms without interruption.
type heard struct {
	LoudnessAbove         *float64           `json:",omitempty"`
	Clipped, Music, Noise *strict.Comparison `json:",omitempty"`
	For                   int64
}

// Shape is how heard: is written.
func (c *heard) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What:    "heard",
		Instead: strict.As("loudness_above"),
		Fields: []strict.Field{
			{Name: "loudness_above", Shape: strict.Decibels("loudness_above", &c.LoudnessAbove)},
			{Name: "clipped", Shape: strict.Share("clipped", &c.Clipped)},
			{Name: "music", Shape: strict.Share("music", &c.Music)},
			{Name: "noise", Shape: strict.Share("noise", &c.Noise)},
			{Name: "for", Shape: strict.Seconds("for", &c.For, maxSound*time.Millisecond)},
		},
		NeedsOne: []string{"loudness_above", "clipped", "music", "noise"},
	}, func(v strict.Value) {
		if c.LoudnessAbove != nil && *c.LoudnessAbove == 0 {
			v.Bad("loudness_above: nothing is louder than 0dBFS (full scale): write a level such as -9dBFS")
		}
	})
}

// Content is everything that is set.
func (c *heard) Content() (string, any) { return "Heard", c }

func (c *heard) compile(p *Part) Condition {
	p.Inputs |= InputPerson
	return c
}

// Eval looks at the latest sound of the person.
func (c *heard) Eval(e *Context, _ float64) (bool, []match.Match) {
	var held int64
	end := int64(-1)
	for _, w := range slices.Backward(e.Person.sound) {
		if end < 0 && w.EndMS < e.Now-2000 || end >= 0 && w.EndMS < end-500 || !c.like(w) {
			break
		}
		held += w.EndMS - w.StartMS
		end = w.StartMS
		if held >= c.For {
			return true, nil
		}
	}
	return false, nil
}

// like reports whether a span of sound has the properties.
func (c *heard) like(w models.Sound) bool {
	within := func(c *strict.Comparison, v float64) bool { return c == nil || c.Holds(v) }
	return (c.LoudnessAbove == nil || w.LevelDBFS > *c.LoudnessAbove) && within(c.Clipped, w.Clipped) &&
		within(c.Music, w.Music) && within(c.Noise, w.Noise)
}

// Explain says whether the sound has the properties.
func (c *heard) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the sound matches the condition", held)
}
