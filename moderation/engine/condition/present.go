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

// present holds if somebody with one of the roles, or one of the people, is in the room, or if nobody is.
type present struct {
	role
	ids  []strict.Text
	want bool
}

// Shape is how present: and absent: are written.
func (c *present) Shape(rules.Nested) strict.Shape {
	return strict.Mapping{
		What: "present or absent",
		Fields: []strict.Field{
			{Name: "role", Shape: strict.Names("role", &c.names)},
			{Name: "speaker", Shape: strict.Names("speaker", &c.ids)},
		},
		NeedsOne: []string{"role", "speaker"},
		Instead:  rules.AsRole,
	}
}

// Content is the roles' names and the people's identities.
func (c *present) Content() (string, any) {
	if len(c.ids) == 0 {
		return "Names", textsOf(c.names)
	}
	return "Who", [][]string{textsOf(c.names), textsOf(c.ids)}
}

func (c *present) compile(p *Part) Condition {
	looks := p.Inputs
	c.role.compile(p)
	p.Inputs = looks
	return c
}

// Eval checks everybody who is present.
func (c *present) Eval(e *Context, _ float64) (bool, []match.Match) {
	there := false
	for id, p := range e.roster.People {
		if id == "" || e.roster.HasLeft(id) {
			continue
		}
		roles := e.set.RolesOf(id, p.Role)
		there = there || slices.ContainsFunc(c.ids, func(t strict.Text) bool { return t.Text == id })
		there = there || slices.ContainsFunc(c.names, func(n strict.Text) bool { return slices.Contains(roles, models.Role(n.Text)) })
	}
	return there == c.want, nil
}

// Explain says whether somebody is present.
func (c *present) Explain(_ *Context, held bool, _ []match.Match) string {
	var who []string
	for _, name := range c.names {
		who = append(who, "a "+name.Text)
	}
	who = append(who, textsOf(c.ids)...)
	if held == c.want {
		return strings.Join(who, " or ") + " is there"
	}
	return "neither " + strings.Join(who, " nor ") + " is there"
}

// clock holds at certain hours of certain days, by the clock of the room's time zone.
type clock struct {
	Hours []hours
	Days  []string `json:",omitempty"`
}

// hours is a range of minutes of the day, across midnight if the second is earlier.
type hours struct{ From, To int }

// Shape is how at: is written.
func (c *clock) Shape(rules.Nested) strict.Shape {
	return strict.Mapping{
		What:    "at",
		Instead: func(text string) string { return fmt.Sprintf("write {hours: %q}", text) },
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

// Content is everything that is set.
func (c *clock) Content() (string, any) { return "At", c }

func (c *clock) compile(p *Part) Condition {
	if c.always() {
		p.bad(p.line, "at: holds at every time of the week: remove it, or give fewer hours: or days:")
	}
	return c
}

// always reports whether the condition holds at every time: in the minutes in which it may begin or end, on every day.
func (c *clock) always() bool {
	if len(c.Hours)+len(c.Days) == 0 { // not read
		return false
	}
	edges := []int{0}
	for _, h := range c.Hours {
		edges = append(edges, h.From%minutesOfDay, h.To%minutesOfDay)
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if slices.ContainsFunc(edges, func(m int) bool { return !c.at(m, day) }) {
			return false
		}
	}
	return true
}

// week are the minutes of a week, from Sunday on, and whether the condition holds in each.
func (c *clock) week() []bool {
	out := make([]bool, 7*minutesOfDay)
	for m := range out {
		out[m] = c.at(m%minutesOfDay, time.Weekday(m/minutesOfDay))
	}
	return out
}

const minutesOfDay = 24 * 60

// Eval checks the clock. Hours across midnight belong to the day on which they begin.
func (c *clock) Eval(e *Context, _ float64) (bool, []match.Match) {
	now := e.set.InZone(After(e.Started, e.Now))
	return c.at(now.Hour()*60+now.Minute(), now.Weekday()), nil
}

// at reports whether the condition holds in a minute of a day.
func (c *clock) at(minute int, day time.Weekday) bool {
	if len(c.Hours) == 0 {
		return c.on(day)
	}
	return slices.ContainsFunc(c.Hours, func(h hours) bool {
		switch {
		case h.From < h.To:
			return minute >= h.From && minute < h.To && c.on(day)
		case minute >= h.From:
			return c.on(day)
		}
		return minute < h.To && c.on((day+6)%7)
	})
}

func (c *clock) on(day time.Weekday) bool {
	return len(c.Days) == 0 || slices.Contains(c.Days, rules.Days[day])
}

// Explain says what time it is.
func (c *clock) Explain(e *Context, _ bool, _ []match.Match) string {
	now := e.set.InZone(After(e.Started, e.Now))
	return fmt.Sprintf("it is %s %s in the room", rules.Days[now.Weekday()], now.Format("15:04"))
}
