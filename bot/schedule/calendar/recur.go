package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is a recurrence rule (section 3.3.10) of daily or lower frequency.
type rule struct {
	freq      string
	interval  int
	count     int       // 0: unlimited
	until     time.Time // zero: unlimited
	untilDay  bool      // until is a date, which is included
	days      []weekday
	monthDays []int
	months    []time.Month
	positions []int // which of the matching days of a period; empty: all
	weekStart time.Weekday
}

// weekday is a weekday or, with n, the n-th one of a month or year; a negative n counts from its end.
type weekday struct {
	n   int
	day time.Weekday
}

// parseRule parses an RRULE of an event whose times are in a zone.
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
	case nth && r.freq != "MONTHLY" && r.freq != "YEARLY":
		return nil, errors.New("the n-th weekday needs a month or year")
	case len(r.positions) > 0 && len(r.days)+len(r.monthDays) == 0:
		return nil, errors.New("BYSETPOS chooses among BYDAY or BYMONTHDAY, and there is neither")
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
		if r.until, r.untilDay, err = parseTime(value, zone); err != nil {
			return errors.New("this is no time")
		}
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
	case "BYSETPOS":
		r.positions, err = numbers(value, 366)
	case "BYMONTH":
		var ns []int
		ns, err = numbers(value, 12)
		for _, n := range ns {
			if n < 0 {
				return errors.New("want months from 1 to 12")
			}
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
		n, err = within(s, -53, 53)
	}
	if day < 0 || err != nil {
		return weekday{}, errors.New("want days like FR or 2FR")
	}
	return weekday{n, time.Weekday(day)}, nil
}
