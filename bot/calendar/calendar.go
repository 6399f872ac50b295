// Package calendar reads the times of events from iCalendar files (RFC 5545), as far as times of rooms need it: single
// and recurring events, moved and cancelled occurrences, time zones by their IANA names. What an event is called, and who
// goes there, is not looked at. It is pure: no clock and no network.
package calendar

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Bounds of a file. Nobody's calendar of rooms has more; what has is the wrong file.
const (
	maxBytes  = 4 << 20
	maxLine   = 64 << 10
	maxEvents = 5000
	maxDays   = 40 * 366 // that a recurring event is followed over
)

// Span is a stretch of time, End not included.
type Span struct{ Start, End time.Time }

// Calendar is the events of a file.
type Calendar struct {
	events []event
	moved  map[string][]time.Time // by uid: occurrences that have an event of their own
}

// event is one VEVENT.
type event struct {
	uid       string
	start     time.Time
	length    time.Duration
	allDay    bool
	rule      *rule // nil: once
	except    []time.Time
	more      []time.Time
	moves     time.Time // which occurrence of its uid it replaces; zero: none
	cancelled bool
}

// Parse reads a file. zone is that of times without one. An event that cannot be understood is left out, and told of in
// problems by its line; the error says that the whole is no calendar.
func Parse(r io.Reader, zone *time.Location) (c *Calendar, problems []error, err error) {
	lines, err := unfold(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(lines) == 0 || !strings.EqualFold(lines[0].text, "BEGIN:VCALENDAR") {
		return nil, nil, errors.New("this is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
	}
	p := parser{zone: zone, cal: &Calendar{moved: map[string][]time.Time{}}}
	for _, l := range lines {
		if err := p.line(l); err != nil {
			return nil, nil, err
		}
	}
	if len(p.open) > 0 {
		return nil, nil, fmt.Errorf("this is no whole iCalendar file: %s is not closed", p.open[len(p.open)-1])
	}
	return p.cal, p.problems, nil
}

// Spans are the stretches of all events between two times, joined where they touch, in order.
func (c *Calendar) Spans(from, to time.Time) []Span {
	var out []Span
	for _, e := range c.events {
		if e.cancelled {
			continue
		}
		for _, start := range e.starts(to) {
			end := start.Add(e.length)
			if e.allDay { // a day in which the clocks change is longer or shorter
				days := int(e.length / (24 * time.Hour))
				end = start.AddDate(0, 0, days)
			}
			replaced := e.moves.IsZero() && slices.ContainsFunc(c.moved[e.uid], start.Equal)
			if !replaced && end.After(from) && start.Before(to) && end.After(start) {
				out = append(out, Span{start, end})
			}
		}
	}
	return join(out)
}

// join merges stretches that touch.
func join(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	var out []Span
	for _, s := range spans {
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

// textLine is one unfolded line with the number of its first.
type textLine struct {
	text string
	n    int
}

// unfold joins lines that were folded (section 3.1).
func unfold(r io.Reader) ([]textLine, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	var out []textLine
	total := 0
	for n := 1; s.Scan(); n++ {
		t := strings.TrimSuffix(s.Text(), "\r")
		if n == 1 {
			t = strings.TrimPrefix(t, "\ufeff")
		}
		if total += len(t) + 1; total > maxBytes {
			return nil, fmt.Errorf("this calendar has more than %d MB", maxBytes>>20)
		}
		switch {
		case t == "":
		case (t[0] == ' ' || t[0] == '\t') && len(out) > 0:
			last := &out[len(out)-1]
			if len(last.text)+len(t) > maxLine {
				return nil, fmt.Errorf("line %d is too long", last.n)
			}
			last.text += t[1:]
		default:
			out = append(out, textLine{t, n})
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("the calendar cannot be read: %w", err)
	}
	return out, nil
}
