package calendar

import (
	"errors"
	"io"
	"strings"
	"time"
)

// Parse reads a file. zone is that of times without one. An event that can't be understood is skipped, and reported in problems with
// its line; err means that the file is not a calendar.
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
