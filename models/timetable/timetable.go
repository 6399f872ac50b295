// Package timetable computes when something takes place that recurs weekly, or once, by the clock on the wall of a time zone.
package timetable

import (
	"time"

	"earshot/models"
)

// Entry is one recurring stretch of time, or one that takes place once.
type Entry struct {
	Days [7]bool // from Sunday, as time.Weekday counts
	// Date is the one day on which it takes place, as 2006-01-02; "": weekly.
	Date string
	// From and To are minutes from midnight on the wall. A To that is not after From is on the next day.
	From, To int
	Zone     *time.Location
}

// Timetable is any number of entries.
type Timetable []Entry

// Of returns the entry of a scheduled time. The error names a time zone that is not known.
func Of(t models.ScheduledTime) (Entry, error) {
	zone, err := time.LoadLocation(t.Zone)
	e := Entry{Date: t.Date, From: t.From, To: (t.From + t.Minutes) % (24 * 60), Zone: zone}
	for _, d := range t.Days {
		e.Days[d%7] = true
	}
	return e, err
}

// Open returns when the stretch that covers a moment ends, stretches that touch taken together; false: none covers it. Times are
// those on the wall: a night in which the clocks change is an hour longer or shorter.
func (t Timetable) Open(at time.Time) (until time.Time, ok bool) {
	for range 8 * len(t) { // a chain of stretches ends, or covers the week
		end, in := t.covers(at)
		if !in {
			break
		}
		until, at, ok = end, end, true
	}
	return until, ok
}

// covers returns the latest end of the stretches that cover a moment.
func (t Timetable) covers(at time.Time) (until time.Time, ok bool) {
	for _, e := range t {
		for back := range 2 { // the stretch may have begun yesterday
			s, falls := e.on(at, -back)
			if falls && !at.Before(s.Start) && at.Before(s.End) && s.End.After(until) {
				until, ok = s.End, true
			}
		}
	}
	return until, ok
}

// Next returns when the next stretch begins after a moment; zero if there is none.
func (t Timetable) Next(after time.Time) (next time.Time) {
	for _, e := range t {
		for _, s := range e.after(after) {
			if next.IsZero() || s.Start.Before(next) {
				next = s.Start
			}
		}
	}
	return next
}

// Overlaps reports whether an entry takes place at a time, in the two weeks after a moment or on its date, at which the timetable has
// something already, and returns the first such time.
func (t Timetable) Overlaps(e Entry, after time.Time) (at time.Time, ok bool) {
	for _, s := range append(e.after(after), e.after(after.AddDate(0, 0, 7))...) {
		if _, open := t.Open(s.Start); open {
			return s.Start, true
		}
		if next := t.Next(s.Start); !next.IsZero() && next.Before(s.End) {
			return next, true
		}
	}
	return at, false
}

// after returns the stretches that begin within nine days after a moment, and that of a date whenever it is.
func (e Entry) after(after time.Time) (out []models.Period) {
	from, days := after, 9
	if e.Date != "" {
		day, err := time.ParseInLocation(time.DateOnly, e.Date, e.Zone)
		if err != nil {
			return nil
		}
		from, days = day.Add(12*time.Hour), 1 // midnight may not exist where the clocks change
	}
	for ahead := range days {
		if s, falls := e.on(from, ahead); falls && s.Start.After(after) {
			out = append(out, s)
		}
	}
	return out
}

// on returns the stretch that begins some days from a moment's day; false if none does.
func (e Entry) on(at time.Time, days int) (s models.Period, falls bool) {
	y, m, d := at.In(e.Zone).Date()
	end := e.To
	if end <= e.From {
		end += 24 * 60
	}
	wall := func(minutes int) time.Time { return time.Date(y, m, d+days, 0, minutes, 0, 0, e.Zone) }
	noon := wall(12 * 60) // midnight may not exist where the clocks change
	if falls = e.Days[noon.Weekday()]; e.Date != "" {
		falls = noon.Format(time.DateOnly) == e.Date
	}
	return models.Period{Start: wall(e.From), End: wall(end)}, falls
}
