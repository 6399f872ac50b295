package calendar

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxProblems bounds the problems reported.
const maxProblems = 20

// eventReader reads the events from a file's lines.
type eventReader struct {
	cal      *Calendar
	zones    zones
	now      *event // the VEVENT being read; nil outside
	end      time.Time
	recurs   string // its RRULE, which is parsed once its zone is known
	recursAt int
	began    int
	broken   error
	problems []error
}

// line takes a line; those outside VEVENT, or in an alarm, are ignored.
func (p *eventReader) line(n int, open []string, x property) error {
	if !in(open, "VCALENDAR", "VEVENT") {
		return nil
	}
	switch {
	case x.name == "BEGIN":
		p.now, p.end, p.recurs, p.began, p.broken = &event{}, time.Time{}, "", n, nil
	case x.name == "END":
		return p.finish()
	case p.broken == nil:
		if err := p.field(n, x); err != nil {
			p.broken = fmt.Errorf("line %d: %s: %w", n, x.name, err)
		}
	}
	return nil
}

func (p *eventReader) field(n int, x property) (err error) {
	e := p.now
	switch x.name {
	case "UID":
		e.uid = x.value
	case "DTSTART":
		e.start, e.allDay, err = p.zones.when(x, x.value)
	case "DTEND":
		p.end, _, err = p.zones.when(x, x.value)
	case "DURATION":
		e.length, err = duration(x.value)
	case "RRULE":
		p.recurs, p.recursAt = x.value, n
	case "EXDATE", "RDATE":
		return p.list(x)
	case "RECURRENCE-ID":
		if x.params["RANGE"] != "" {
			return errors.New("moving all later events at once is not understood")
		}
		var t time.Time
		var date bool
		if t, date, err = p.zones.when(x, x.value); err == nil {
			e.moves.add(t, date)
		}
	case "STATUS":
		e.cancelled = strings.EqualFold(x.value, "CANCELLED")
	}
	return err
}

// list reads the times of EXDATE and RDATE.
func (p *eventReader) list(x property) error {
	for v := range strings.SplitSeq(x.value, ",") {
		v, _, _ = strings.Cut(v, "/") // of a period, when it begins
		t, date, err := p.zones.when(x, v)
		if err != nil {
			return err
		}
		if x.name == "EXDATE" {
			p.now.except.add(t, date)
		} else {
			p.now.more = append(p.now.more, t)
		}
	}
	return nil
}

var durations = regexp.MustCompile(`^\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)$`)

func duration(s string) (d time.Duration, err error) {
	m := durations.FindStringSubmatch(s)
	if m == nil {
		return 0, errors.New("this is no duration")
	}
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] != "" {
			n, _ := strconv.Atoi(m[i+1]) // digits, and few
			d += time.Duration(n) * unit
		}
	}
	return d, nil
}

// finish ends the current event.
func (p *eventReader) finish() error {
	e := p.now
	if p.broken == nil {
		p.broken = p.complete()
	}
	if p.broken != nil {
		if len(p.problems) < maxProblems {
			p.problems = append(p.problems, p.broken)
		}
		return nil
	}
	if len(p.cal.events) >= maxEvents {
		return fmt.Errorf("this calendar has more than %d events", maxEvents)
	}
	if !e.moves.empty() {
		if p.cal.moved[e.uid] == nil {
			p.cal.moved[e.uid] = &dates{}
		}
		p.cal.moved[e.uid].merge(e.moves)
	}
	p.cal.events = append(p.cal.events, *e)
	return nil
}

// complete validates and completes the current event.
func (p *eventReader) complete() (err error) {
	e := p.now
	switch {
	case e.start.IsZero():
		return fmt.Errorf("line %d: the event has no DTSTART", p.began)
	case !p.end.IsZero() && p.end.Before(e.start):
		return fmt.Errorf("line %d: the event ends before it begins", p.began)
	case !p.end.IsZero():
		e.length = p.end.Sub(e.start)
	}
	if e.allDay { // some calendars end a day at its start
		e.length = max(e.length.Round(24*time.Hour), 24*time.Hour)
	}
	if p.recurs != "" {
		if e.rule, err = parseRule(p.recurs, e.start.Location()); err != nil {
			return fmt.Errorf("line %d: RRULE: %w", p.recursAt, err)
		}
	}
	return nil
}
