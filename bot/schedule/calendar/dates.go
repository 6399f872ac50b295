package calendar

import (
	"maps"
	"time"
)

// day is a date as it is written, in whatever zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day{y, m, d}
}

// dates are occurrences of an event, by their time or their date. The zero value has none.
type dates struct {
	times map[int64]bool // in seconds since 1970
	days  map[day]bool   // that name every occurrence on them
	dates map[day]bool   // of the times, as they are written: all there is to compare with an event of whole days
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

// has says whether an occurrence is one of these. Calendars also name those of timed events by their date alone, and those
// of whole days by a time.
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
