package calendar

import (
	"slices"
	"time"
)

// starts returns the starts of an event's occurrences before a time, without exceptions. work is the number of days that may still
// be examined, and is reduced accordingly; if it drops below zero, the result is incomplete.
func (e event) starts(to time.Time, work *int) []time.Time {
	out := slices.Clone(e.more)
	if e.rule == nil {
		out = append(out, e.start)
	} else {
		out = e.recurring(to, work, out)
	}
	return slices.DeleteFunc(out, func(t time.Time) bool { return e.except.has(t, e.allDay) })
}

// recurring appends the occurrences of the rule. The first is the event itself, regardless of the rule. Times are local: a weekly
// event keeps its hour when the clocks change.
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

// dateOnly returns a date at midnight UTC, to which days can be added.
func dateOnly(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// period returns the i-th day, week, month or year of the rule, and its number of days.
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

// chosen returns the days of a period with an occurrence, in order.
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

// over reports whether a time is after the end of the recurrence. The end of all-day events may be a time, even in another zone:
// its day is included.
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

// falls reports whether a day matches the rule. What the rule leaves open is as in the first occurrence.
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

// onDay reports whether a day matches BYDAY, if given. The n-th weekday counts within the month, or within the year for a yearly
// rule without BYMONTH.
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

// onMonthDay reports whether a day matches BYMONTHDAY, if given; negative days count from the end of the month.
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
	moves     dates // the occurrence of its UID that it replaces, if any
	cancelled bool
}
