package calendar

import (
	"maps"
	"time"
)

// day is a date in any time zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day{y, m, d}
}

// dates is a set of an event's occurrences, by time or date. The zero value is empty.
type dates struct {
	times map[int64]bool // in seconds since 1970
	days  map[day]bool   // every occurrence on these days
	dates map[day]bool   // the dates of times, for comparison with all-day events
}

func (d *dates) make() {
	if d.times == nil {
		*d = dates{map[int64]bool{}, map[day]bool{}, map[day]bool{}}
	}
}

func (d *dates) add(t time.Time, date bool) {
	d.make()
	if date {
		d.days[dayOf(t)] = true
		return
	}
	d.times[t.Unix()] = true
	d.dates[dayOf(t)] = true
}

func (d *dates) empty() bool { return d == nil || len(d.times)+len(d.days) == 0 }

// has reports whether an occurrence is in the set. Some calendars refer to those of timed events by date, and to those of all-day
// events by time.
func (d *dates) has(start time.Time, allDay bool) bool {
	return !d.empty() && (d.times[start.Unix()] || d.days[dayOf(start)] || allDay && d.dates[dayOf(start)])
}

// merge adds those of another.
func (d *dates) merge(more dates) {
	d.make()
	maps.Copy(d.times, more.times)
	maps.Copy(d.days, more.days)
	maps.Copy(d.dates, more.dates)
}
