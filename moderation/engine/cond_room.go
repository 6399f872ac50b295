package engine

import (
	"slices"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// inRoom holds when all that is written of the room does, within Within ms.
type inRoom struct {
	Joins, Unmutes *strict.Comparison `json:",omitempty"`
	Within         int64
	Silence        int64 `json:",omitempty"`
}

// Shape is how room: is written.
func (c *inRoom) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What: "room",
		Fields: []strict.Field{
			{Name: "joins", Shape: strict.Compare("joins", &c.Joins)},
			{Name: "and_unmutes", Shape: strict.Compare("and_unmutes", &c.Unmutes)},
			{Name: "within", Shape: strict.Duration("within", &c.Within)},
			{Name: "silence", Shape: strict.Duration("silence", &c.Silence)},
		},
		NeedsOne: []string{"joins", "and_unmutes", "silence"},
	}, func(v strict.Value) {
		if c.Within > maxRoomWindow {
			v.Bad("room.within may be at most %dm", maxRoomWindow/60_000)
		}
	})
}

// Content is all that is written.
func (c *inRoom) Content() (string, any) { return "Room", c }

func (c *inRoom) compile(p *part) condition {
	p.looks |= atRoom
	return c
}

// Eval counts what happened in the room.
func (c *inRoom) Eval(e *evalContext, _ float64) (bool, []match.Match) {
	room := &e.roster.room
	count := func(times []int64) float64 {
		n := 0
		for _, t := range times {
			if t > e.now-c.Within {
				n++
			}
		}
		return float64(n)
	}
	if c.Joins != nil && !c.Joins.Holds(count(room.joins)) || c.Unmutes != nil && !c.Unmutes.Holds(count(room.unmutes)) {
		return false, nil
	}
	return c.Silence == 0 || room.began && e.now-max(room.voiced, room.first) >= c.Silence, nil
}

// Explain says whether the room is so.
func (c *inRoom) Explain(_ *evalContext, held bool, _ []match.Match) string {
	return described("the room is as described", held)
}

// roomState is what happened in the room.
type roomState struct {
	joins, unmutes []int64
	left           map[string]bool
	voiced         int64 // when somebody was last heard
	began          bool
	first          int64
}

func (r *roomState) event(o models.Observation) {
	if !r.began {
		r.began, r.first = true, o.AtMS
	}
	if r.left == nil {
		r.left = map[string]bool{}
	}
	recent := func(ts []int64) []int64 {
		return slices.DeleteFunc(ts, func(t int64) bool { return t < o.AtMS-maxRoomWindow })
	}
	switch o.Event {
	case models.RoomJoin:
		r.joins = append(recent(r.joins), o.AtMS)
		delete(r.left, o.SpeakerID)
	case models.RoomLeave:
		r.left[o.SpeakerID] = true
	case models.RoomUnmute:
		r.unmutes = append(recent(r.unmutes), o.AtMS)
	}
}
