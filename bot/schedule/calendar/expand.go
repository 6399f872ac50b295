package calendar

import (
	"slices"
	"time"
)

// starts are the beginnings of an event's occurrences before a time, without those that are excepted. work is how many
// days may be looked at, and becomes less by those that were; below zero, the rest was not looked at.
func (e event) starts(to time.Time, work *int) []time.Time {
	out := slices.Clone(e.more)
	if e.rule == nil {
		out = append(out, e.start)
	} else {
		out = e.recurring(to, work, out)
	}
	return slices.DeleteFunc(out, func(t time.Time) bool { return e.except.has(t, e.allDay) })
}

// recurring appends the occurrences of the rule. The first is the event itself, whatever its rule says. Times are those on
// the wall: a weekly hour stays the same when the clocks change.
func (e event) recurring(to time.Time, work *int, out []time.Time) []time.Time {
	r, n := e.rule, 0
	first := dateOnly(e.start)
	hour, minute, second := e.start.Clock()
	add := func(day time.Time) (more bool) {
		y, m, d := day.Date()
		t := time.Date(y, m, d, hour, minute, second, 0, e.start.Location())
		if !t.Before(to) || r.over(t, e.allDay) {
			return false
		}
		out = append(out, t)
		n++
		return r.count == 0 || n < r.count
	}
	if !add(first) {
		return out
	}
	end := to.AddDate(0, 0, 1)
	for i := 0; *work >= 0; i++ {
		begin, days := r.period(first, i)
		if begin.After(end) {
			break
		}
		*work -= days
		for _, day := range r.chosen(first, begin, days) {
			if day.After(first) && !add(day) {
				return out
			}
		}
	}
	return out
}

// dateOnly is a day as a number of days can be added to it.
func dateOnly(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// period is the i-th day, week, month or year that the rule looks at, and how many days it has.
func (r *rule) period(first time.Time, i int) (begin time.Time, days int) {
	y, m, d := first.Date()
	step := i * r.interval
	switch r.freq {
	case "DAILY":
		return first.AddDate(0, 0, step), 1
	case "WEEKLY":
		back := (int(first.Weekday()) - int(r.weekStart) + 7) % 7
		return time.Date(y, m, d-back+7*step, 0, 0, 0, 0, time.UTC), 7
	case "MONTHLY":
		begin = time.Date(y, m+time.Month(step), 1, 0, 0, 0, 0, time.UTC)
		return begin, daysIn(begin)
	default:
		begin = time.Date(y+step, time.January, 1, 0, 0, 0, 0, time.UTC)
		return begin, begin.AddDate(1, 0, -1).YearDay()
	}
}

// chosen are the days of a period on which an occurrence falls, in order.
func (r *rule) chosen(first, begin time.Time, days int) (out []time.Time) {
	for i := range days {
		if t := begin.AddDate(0, 0, i); r.falls(first, t) {
			out = append(out, t)
		}
	}
	if len(r.positions) == 0 {
		return out
	}
	var at []time.Time
	for i, t := range out {
		if slices.Contains(r.positions, i+1) || slices.Contains(r.positions, i-len(out)) {
			at = append(at, t)
		}
	}
	return at
}

// over says that a time is after the end of the recurrence. The end of events of whole days may be written as a time, also
// in another zone: its day still belongs to it.
func (r *rule) over(t time.Time, allDay bool) bool {
	switch {
	case r.until.IsZero():
		return false
	case r.untilDay:
		return dateOnly(t).After(dateOnly(r.until))
	case allDay:
		return dateOnly(t).After(dateOnly(r.until)) && t.After(r.until)
	}
	return t.After(r.until)
}

// falls reports whether a day of a period fits. What the rule does not say, the first occurrence does.
func (r *rule) falls(first, t time.Time) bool {
	if len(r.months) > 0 && !slices.Contains(r.months, t.Month()) {
		return false
	}
	if len(r.days) > 0 || len(r.monthDays) > 0 {
		return r.onDay(t) && r.onMonthDay(t)
	}
	switch r.freq {
	case "DAILY":
		return true
	case "WEEKLY":
		return t.Weekday() == first.Weekday()
	case "MONTHLY":
		return t.Day() == first.Day()
	default:
		return t.Day() == first.Day() && (len(r.months) > 0 || t.Month() == first.Month())
	}
}

// onDay reports whether a day is among the days of the week, where there are some. The n-th is counted within the month,
// but within the year where a yearly rule names no months.
func (r *rule) onDay(t time.Time) bool {
	if len(r.days) == 0 {
		return true
	}
	at, last := t.Day(), daysIn(t)
	if r.freq == "YEARLY" && len(r.months) == 0 {
		at, last = t.YearDay(), time.Date(t.Year(), time.December, 31, 0, 0, 0, 0, time.UTC).YearDay()
	}
	return slices.ContainsFunc(r.days, func(w weekday) bool {
		return w.day == t.Weekday() && (w.n == 0 || w.n == (at-1)/7+1 || w.n == -((last-at)/7+1))
	})
}

// onMonthDay is the same for days of the month, which count from its end when negative.
func (r *rule) onMonthDay(t time.Time) bool {
	if len(r.monthDays) == 0 {
		return true
	}
	return slices.Contains(r.monthDays, t.Day()) || slices.Contains(r.monthDays, t.Day()-daysIn(t)-1)
}

func daysIn(t time.Time) int { return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// event is one VEVENT.
type event struct {
	uid       string
	start     time.Time
	length    time.Duration
	allDay    bool
	rule      *rule // nil: once
	except    dates
	more      []time.Time
	moves     dates // which occurrence of its uid it replaces; empty: none
	cancelled bool
}
