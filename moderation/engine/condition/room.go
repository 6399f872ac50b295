package condition

import (
	"time"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxSilence limits silence:, in ms.
const maxSilence = 24 * 3600_000

// inRoom holds if all parts given hold for the room, within Within ms.
type inRoom struct {
	Joins, Unmutes *strict.Comparison `json:",omitempty"`
	Flags          *strict.Comparison `json:",omitempty"`
	Within         int64
	Silence        int64 `json:",omitempty"`
}

// Shape is how room: is written.
func (c *inRoom) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What: "room",
		Fields: []strict.Field{
			{Name: "joins", Shape: strict.Count("joins", &c.Joins)},
			{Name: "and_unmutes", Shape: strict.Count("and_unmutes", &c.Unmutes)},
			{Name: "flags", Shape: strict.Count("flags", &c.Flags)},
			{Name: "within", Shape: strict.Seconds("within", &c.Within, maxRoomWindow*time.Millisecond)},
			{Name: "silence", Shape: strict.Seconds("silence", &c.Silence, maxSilence*time.Millisecond)},
		},
		NeedsOne: []string{"joins", "and_unmutes", "flags", "silence"},
	}, func(v strict.Value) {
		if v.Has("within") && v.Has("silence") && !v.Has("joins", "and_unmutes", "flags") {
			v.Bad("within: belongs to joins:, and_unmutes: and flags:")
		}
		if c.Silence >= c.Within && c.Unmutes != nil && !c.Unmutes.Holds(0) {
			v.Bad("silence: nobody unmutes in silence: remove one of them, or write a within: longer than silence:")
		}
	})
}

// Content is everything that is set.
func (c *inRoom) Content() (string, any) { return "Room", c }

func (c *inRoom) compile(p *Part) Condition {
	p.Inputs |= InputRoom
	return c
}

// Eval counts what happened in the room.
func (c *inRoom) Eval(e *Context, _ float64) (bool, []match.Match) {
	room := &e.roster.room
	count := func(times []int64) float64 {
		n := 0
		for _, t := range times {
			if t > e.Now-c.Within {
				n++
			}
		}
		return float64(n)
	}
	if c.Joins != nil && !c.Joins.Holds(count(room.joins)) || c.Unmutes != nil && !c.Unmutes.Holds(count(room.unmutes)) {
		return false, nil
	}
	if c.Flags != nil && !c.Flags.Holds(count(room.flags)) {
		return false, nil
	}
	return c.Silence == 0 || room.began && e.Now-max(room.voiced, room.first) >= c.Silence, nil
}

// Explain says whether the room matches.
func (c *inRoom) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the room matches the condition", held)
}
