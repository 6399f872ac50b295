package calendar

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// parser goes through the lines of a file.
type parser struct {
	cal      *Calendar
	zone     *time.Location
	open     []string // components that are not closed
	now      *event   // the VEVENT that is being read; nil outside
	end      time.Time
	hasEnd   bool
	began    int
	broken   error
	problems []error
}

// property is one line: NAME;PARAM=VALUE:VALUE.
type property struct {
	name, value string
	params      map[string]string
}

func split(text string) (property, bool) {
	p := property{params: map[string]string{}}
	quoted, from := false, 0
	var parts []string
	colon := -1
	for i := 0; i < len(text) && colon < 0; i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case ';', ':':
			if quoted {
				continue
			}
			parts = append(parts, text[from:i])
			from = i + 1
			if text[i] == ':' {
				colon = i
			}
		}
	}
	if colon < 0 || parts[0] == "" {
		return p, false
	}
	p.name, p.value = strings.ToUpper(parts[0]), text[colon+1:]
	for _, x := range parts[1:] {
		k, v, _ := strings.Cut(x, "=")
		p.params[strings.ToUpper(k)] = strings.Trim(v, `"`)
	}
	return p, true
}

// maxOpen bounds components inside each other, and maxProblems what is told.
const (
	maxOpen     = 8
	maxProblems = 20
)

func (p *parser) line(l textLine) error {
	x, ok := split(l.text)
	if !ok {
		return fmt.Errorf("line %d is none of an iCalendar file", l.n)
	}
	switch x.name {
	case "BEGIN":
		p.open = append(p.open, strings.ToUpper(x.value))
		if len(p.open) > maxOpen {
			return fmt.Errorf("line %d: too much inside each other", l.n)
		}
		if p.inEvent() && len(p.open) == 2 {
			p.now, p.end, p.hasEnd, p.began, p.broken = &event{}, time.Time{}, false, l.n, nil
		}
		return nil
	case "END":
		if len(p.open) == 0 || p.open[len(p.open)-1] != strings.ToUpper(x.value) {
			return fmt.Errorf("line %d: END:%.40s closes nothing", l.n, x.value)
		}
		whole := p.inEvent()
		p.open = p.open[:len(p.open)-1]
		if whole {
			return p.finish()
		}
		return nil
	}
	if p.inEvent() && p.broken == nil {
		if err := p.field(x); err != nil {
			p.broken = fmt.Errorf("line %d: %s: %w", l.n, x.name, err)
		}
	}
	return nil
}

// inEvent says that the line is of an event, and not of an alarm in it or of anything else.
func (p *parser) inEvent() bool {
	return len(p.open) == 2 && p.open[0] == "VCALENDAR" && p.open[1] == "VEVENT"
}

func (p *parser) field(x property) (err error) {
	e := p.now
	switch x.name {
	case "UID":
		e.uid = x.value
	case "DTSTART":
		e.start, e.allDay, err = p.when(x, x.value)
	case "DTEND":
		p.end, _, err = p.when(x, x.value)
		p.hasEnd = true
	case "DURATION":
		e.length, err = duration(x.value)
	case "RRULE":
		e.rule, err = parseRule(x.value, p.zone)
	case "EXDATE", "RDATE":
		for v := range strings.SplitSeq(x.value, ",") {
			t, _, err := p.when(x, v)
			if err != nil {
				return err
			}
			if x.name == "EXDATE" {
				e.except = append(e.except, t)
			} else {
				e.more = append(e.more, t)
			}
		}
	case "RECURRENCE-ID":
		if x.params["RANGE"] != "" {
			return errors.New("moving all later events at once is not understood")
		}
		e.moves, _, err = p.when(x, x.value)
	case "STATUS":
		e.cancelled = strings.EqualFold(x.value, "CANCELLED")
	}
	return err
}

// when reads a date or a time.
func (p *parser) when(x property, value string) (t time.Time, date bool, err error) {
	zone := p.zone
	if name := x.params["TZID"]; name != "" {
		if zone, err = time.LoadLocation(strings.TrimPrefix(name, "/")); err != nil || strings.EqualFold(name, "local") {
			return t, false, fmt.Errorf("the time zone %.60q is not known", name)
		}
	}
	switch {
	case len(value) == len("20060102"):
		t, err = time.ParseInLocation("20060102", value, zone)
		date = true
	case strings.HasSuffix(value, "Z"):
		t, err = time.Parse("20060102T150405Z", value)
	default:
		t, err = time.ParseInLocation("20060102T150405", value, zone)
	}
	if err != nil {
		return t, false, errors.New("this is no time")
	}
	return t, date, nil
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

// finish takes an event that was read to its end.
func (p *parser) finish() error {
	e := p.now
	p.now = nil
	switch {
	case p.broken != nil:
	case e.start.IsZero():
		p.broken = fmt.Errorf("line %d: the event has no DTSTART", p.began)
	case p.hasEnd && p.end.Before(e.start):
		p.broken = fmt.Errorf("line %d: the event ends before it begins", p.began)
	case p.hasEnd:
		e.length = p.end.Sub(e.start)
		if e.allDay {
			e.length = e.length.Round(24 * time.Hour)
		}
	case e.allDay && e.length == 0:
		e.length = 24 * time.Hour
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
	if !e.moves.IsZero() {
		p.cal.moved[e.uid] = append(p.cal.moved[e.uid], e.moves)
	}
	p.cal.events = append(p.cal.events, *e)
	return nil
}
