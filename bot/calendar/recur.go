package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is how an event recurs (section 3.3.10), as far as days go.
type rule struct {
	freq      string
	interval  int
	count     int       // 0: without end
	until     time.Time // zero: without end
	untilDay  bool      // until is a day, and belongs to it
	days      []weekday
	monthDays []int
	months    []time.Month
	weekStart time.Weekday
}

// weekday is FR, or with n the n-th Friday of a month, from its end for a negative n.
type weekday struct {
	n   int
	day time.Weekday
}

func parseRule(s string, zone *time.Location) (*rule, error) {
	r := &rule{interval: 1, weekStart: time.Monday}
	for part := range strings.SplitSeq(strings.ToUpper(s), ";") {
		key, value, _ := strings.Cut(part, "=")
		if err := r.part(key, value, zone); err != nil {
			return nil, fmt.Errorf("%.20s: %w", key, err)
		}
	}
	nth := slices.ContainsFunc(r.days, func(d weekday) bool { return d.n != 0 })
	switch {
	case r.freq == "":
		return nil, errors.New("FREQ is missing")
	case r.count > 0 && !r.until.IsZero():
		return nil, errors.New("COUNT and UNTIL exclude each other")
	case nth && r.freq != "MONTHLY":
		return nil, errors.New("the n-th day of something other than a month is not understood")
	case r.freq == "YEARLY" && (len(r.days) > 0 || len(r.monthDays) > 0):
		return nil, errors.New("days of a year are not understood")
	}
	return r, nil
}

func (r *rule) part(key, value string, zone *time.Location) (err error) {
	switch key {
	case "FREQ":
		r.freq = value
		if !slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, value) {
			return errors.New("only DAILY, WEEKLY, MONTHLY and YEARLY are understood")
		}
	case "INTERVAL":
		r.interval, err = within(value, 1, 1000)
	case "COUNT":
		r.count, err = within(value, 1, 10_000)
	case "UNTIL":
		p := parser{zone: zone}
		r.until, r.untilDay, err = p.when(property{}, value)
	case "WKST":
		var w weekday
		w, err = parseDay(value)
		r.weekStart = w.day
	case "BYDAY":
		for v := range strings.SplitSeq(value, ",") {
			w, err := parseDay(v)
			if err != nil {
				return err
			}
			r.days = append(r.days, w)
		}
	case "BYMONTHDAY":
		r.monthDays, err = numbers(value, 31)
	case "BYMONTH":
		var ns []int
		ns, err = numbers(value, 12)
		for _, n := range ns {
			r.months = append(r.months, time.Month(n))
		}
	default:
		return errors.New("this part is not understood")
	}
	return err
}

func within(s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("want a number from %d to %d", low, high)
	}
	return n, nil
}

func numbers(s string, most int) (out []int, err error) {
	for v := range strings.SplitSeq(s, ",") {
		n, err := within(v, -most, most)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("want numbers up to %d", most)
		}
		out = append(out, n)
	}
	return out, nil
}

func parseDay(s string) (weekday, error) {
	if len(s) < 2 {
		return weekday{}, errors.New("want days like FR")
	}
	day := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, s[len(s)-2:])
	n := 0
	var err error
	if s = strings.TrimPrefix(s[:len(s)-2], "+"); s != "" {
		n, err = within(s, -5, 5)
	}
	if day < 0 || err != nil {
		return weekday{}, errors.New("want days like FR or 2FR")
	}
	return weekday{n, time.Weekday(day)}, nil
}

// starts are the beginnings of an event's occurrences before a time, without those that are excepted.
func (e event) starts(to time.Time) (out []time.Time) {
	out = append(out, e.more...)
	if e.rule == nil {
		out = append(out, e.start)
	} else {
		out = append(out, e.recurring(to)...)
	}
	return slices.DeleteFunc(out, func(t time.Time) bool { return slices.ContainsFunc(e.except, t.Equal) })
}

// recurring walks over the days from the first occurrence on.
func (e event) recurring(to time.Time) (out []time.Time) {
	r, n := e.rule, 0
	y, m, d := e.start.Date()
	hour, minute, second := e.start.Clock()
	for i := range maxDays {
		t := time.Date(y, m, d+i, hour, minute, second, 0, e.start.Location())
		if !t.Before(to) || r.over(t) {
			return out
		}
		if i > 0 && !r.falls(e.start, t) {
			continue
		}
		out = append(out, t)
		if n++; r.count > 0 && n >= r.count {
			return out
		}
	}
	return out
}

// over says that a time is after the end of the recurrence.
func (r *rule) over(t time.Time) bool {
	if r.until.IsZero() {
		return false
	}
	if r.untilDay {
		return !t.Before(r.until.AddDate(0, 0, 1))
	}
	return t.After(r.until)
}

// falls reports whether an occurrence falls on a day.
func (r *rule) falls(start, t time.Time) bool {
	if len(r.months) > 0 && !slices.Contains(r.months, t.Month()) {
		return false
	}
	sy, sm, sd := start.Date()
	y, m, d := t.Date()
	days := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(sy, sm, sd, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	months := (y-sy)*12 + int(m) - int(sm)
	switch r.freq {
	case "DAILY":
		return days%r.interval == 0 && r.onDay(t) && r.onMonthDay(t)
	case "WEEKLY":
		shift := (int(start.Weekday()) - int(r.weekStart) + 7) % 7
		return (days+shift)/7%r.interval == 0 && (r.onDay(t) && len(r.days) > 0 || len(r.days) == 0 && t.Weekday() == start.Weekday())
	case "MONTHLY":
		if len(r.days) == 0 && len(r.monthDays) == 0 {
			return months%r.interval == 0 && d == sd
		}
		return months%r.interval == 0 && r.onDay(t) && r.onMonthDay(t)
	default:
		return (y-sy)%r.interval == 0 && (m == sm || len(r.months) > 0) && d == sd
	}
}

// onDay reports whether a day is among the days of the week, where there are some.
func (r *rule) onDay(t time.Time) bool {
	if len(r.days) == 0 {
		return true
	}
	return slices.ContainsFunc(r.days, func(w weekday) bool {
		if w.day != t.Weekday() {
			return false
		}
		last := daysIn(t)
		return w.n == 0 || w.n == (t.Day()-1)/7+1 || w.n == -((last-t.Day())/7+1)
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
