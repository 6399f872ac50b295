// Package calendar reads the times of events from iCalendar files (RFC 5545): single and recurring events, moved and cancelled
// occurrences, time zones by their IANA names or as defined in the file. It ignores titles and attendees, and uses neither a clock
// nor the network.
package calendar

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"earshot/models"
)

// The bounds of a file.
const (
	maxEvents = 5000
	maxDays   = 10_000_000 // over which all recurring events of a file together are expanded
)

// Calendar holds the events of a file.
type Calendar struct {
	events []event
	moved  map[string]*dates // by UID: occurrences that another event replaces
}

// Periods returns the periods of all events between two times, in order, merged where they touch. It fails if expanding the recurring
// events would take too long.
func (c *Calendar) Periods(from, to time.Time) ([]models.Period, error) {
	var out []models.Period
	work := maxDays
	for _, e := range c.events {
		if e.cancelled {
			continue
		}
		starts := e.starts(to, &work)
		if work < 0 {
			return nil, errors.New("the recurring events of this calendar are too many, or began too long ago")
		}
		for _, start := range starts {
			end := start.Add(e.length)
			if e.allDay { // a day in which the clocks change is longer or shorter
				end = start.AddDate(0, 0, int(e.length/(24*time.Hour)))
			}
			replaced := e.moves.empty() && c.moved[e.uid].has(start, e.allDay)
			if !replaced && end.After(from) && start.Before(to) && end.After(start) {
				out = append(out, models.Period{Start: start, End: end})
			}
		}
	}
	return join(out), nil
}

// join merges periods that touch.
func join(periods []models.Period) []models.Period {
	slices.SortFunc(periods, func(a, b models.Period) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	var out []models.Period
	for _, s := range periods {
		if n := len(out); n > 0 && !s.Start.After(out[n-1].End) {
			if s.End.After(out[n-1].End) {
				out[n-1].End = s.End
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
