package condition

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// present holds when somebody of the roles is in the room, or nobody is.
type present struct {
	role
	want bool
}

// Shape is how present: and absent: are written.
func (c *present) Shape(rules.Nested) strict.Shape {
	return strict.Mapping{
		What:     "present or absent",
		Fields:   []strict.Field{{Name: "role", Shape: strict.Texts("role", &c.names)}},
		Required: []string{"role"},
	}
}

// Content is the roles' names.
func (c *present) Content() (string, any) { return "Names", textsOf(c.names) }

func (c *present) compile(p *Part) Condition {
	looks := p.Looks
	c.role.compile(p)
	p.Looks = looks
	return c
}

// Eval looks at everybody who is there.
func (c *present) Eval(e *Context, _ float64) (bool, []match.Match) {
	there := false
	for id, p := range e.roster.People {
		if id == "" || e.roster.HasLeft(id) {
			continue
		}
		roles := e.set.RolesOf(id, p.Role)
		there = there || slices.ContainsFunc(c.names, func(n strict.Text) bool { return slices.Contains(roles, models.Role(n.Text)) })
	}
	return there == c.want, nil
}

// Explain says whether somebody is there.
func (c *present) Explain(_ *Context, held bool, _ []match.Match) string {
	if held == c.want {
		return "a " + strings.Join(textsOf(c.names), " or ") + " is there"
	}
	return "no " + strings.Join(textsOf(c.names), " or ") + " is there"
}

// clock holds at some hours of some days, by the clock of the room's zone.
type clock struct {
	Hours []hours
	Days  []string `json:",omitempty"`
}

// hours are from a minute of the day to another, over midnight where the second is the earlier.
type hours struct{ From, To int }

// Shape is how at: is written.
func (c *clock) Shape(rules.Nested) strict.Shape {
	return strict.Mapping{
		What: "at",
		Fields: []strict.Field{
			{Name: "hours", Shape: strict.CheckedTexts("hours", `^[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2}$`, c.takeHours)},
			{Name: "days", Shape: strict.ManyOf("day", &c.Days, rules.Days...)},
		},
		NeedsOne: []string{"hours", "days"},
	}
}

func (c *clock) takeHours(v strict.Value, t strict.Text) {
	from, to, ok := strings.Cut(t.Text, "-")
	a, err := rules.ParseTimeOfDay(strings.TrimSpace(from))
	b, err2 := rules.ParseTimeOfDay(strings.TrimSpace(to))
	if !ok || err != nil || err2 != nil || a == b {
		v.Bad("hours must be two times of day such as 22:00-06:00, not %q", strict.Shorten(t.Text))
		return
	}
	c.Hours = append(c.Hours, hours{a, b})
}

// Content is all that is written.
func (c *clock) Content() (string, any) { return "At", c }

func (c *clock) compile(*Part) Condition { return c }

// Eval looks at the clock. Hours over midnight belong to the day on which they begin.
func (c *clock) Eval(e *Context, _ float64) (bool, []match.Match) {
	now := e.set.InZone(After(e.Started, e.Now))
	minute, day := now.Hour()*60+now.Minute(), now.Weekday()
	if len(c.Hours) == 0 {
		return c.on(day), nil
	}
	return slices.ContainsFunc(c.Hours, func(h hours) bool {
		switch {
		case h.From < h.To:
			return minute >= h.From && minute < h.To && c.on(day)
		case minute >= h.From:
			return c.on(day)
		}
		return minute < h.To && c.on((day+6)%7)
	}), nil
}

func (c *clock) on(day time.Weekday) bool {
	return len(c.Days) == 0 || slices.Contains(c.Days, rules.Days[day])
}

// Explain says what time it is.
func (c *clock) Explain(e *Context, _ bool, _ []match.Match) string {
	now := e.set.InZone(After(e.Started, e.Now))
	return fmt.Sprintf("it is %s %s in the room", rules.Days[now.Weekday()], now.Format("15:04"))
}
