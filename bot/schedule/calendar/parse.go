package calendar

import (
	"errors"
	"io"
	"strings"
	"time"
)

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
	zones, err := readZones(lines, zone)
	if err != nil {
		return nil, nil, err
	}
	p := eventReader{zones: zones, cal: &Calendar{moved: map[string]*dates{}}}
	if err := eachLine(lines, p.line); err != nil {
		return nil, nil, err
	}
	return p.cal, p.problems, nil
}
