package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// zones are the time zones available to a file: the system's, by IANA name, and those that it defines itself, as Outlook does
// ("W. Europe Standard Time").
type zones struct {
	floating *time.Location // of times without a zone
	known    map[string]*time.Location
	own      map[string]definition
}

// definition is a VTIMEZONE (section 3.6.5).
type definition struct{ standard, daylight observance }

// observance is standard or daylight time, the latest definition in the file.
type observance struct {
	since  time.Time // in the local time that it ends
	offset int       // seconds east of UTC
	there  bool
	rule   *rule // its start in each year; nil: once
}

// readZones reads the definitions of a file, which may follow the events that use them.
func readZones(lines []textLine, floating *time.Location) (zones, error) {
	z := zones{floating: floating, known: map[string]*time.Location{}, own: map[string]definition{}}
	var name string
	var zone definition
	var now observance
	var recurs string
	err := eachLine(lines, func(_ int, open []string, x property) error {
		switch {
		case in(open, "VCALENDAR", "VTIMEZONE"):
			switch x.name {
			case "BEGIN":
				name, zone = "", definition{}
			case "TZID":
				name = x.value
			case "END":
				z.own[name] = zone
			}
		case in(open, "VCALENDAR", "VTIMEZONE", "STANDARD"), in(open, "VCALENDAR", "VTIMEZONE", "DAYLIGHT"):
			switch x.name {
			case "BEGIN":
				now, recurs = observance{}, ""
			case "DTSTART":
				now.since, _ = time.Parse("20060102T150405", x.value)
			case "TZOFFSETTO":
				now.offset, now.there = offset(x.value)
			case "RRULE":
				recurs = x.value
			case "END":
				now.rule, _ = parseRule(recurs, time.UTC)
				zone.take(open[2], now)
			}
		}
		return nil
	})
	return z, err
}

// take keeps the latest observance of each kind, preferring those whose rule has no end.
func (d *definition) take(half string, o observance) {
	to := &d.standard
	if half == "DAYLIGHT" {
		to = &d.daylight
	}
	over := func(o observance) bool { return !o.there || o.rule != nil && !o.rule.until.IsZero() }
	if !to.there || over(*to) && !over(o) || over(*to) == over(o) && o.since.After(to.since) {
		*to = o
	}
}

// offset parses +0100 or -043000 as seconds.
func offset(s string) (seconds int, ok bool) {
	t, err := time.Parse("-0700", s)
	if len(s) == len("-070000") {
		t, err = time.Parse("-070000", s)
	}
	_, seconds = t.Zone()
	return seconds, err == nil
}

// find returns the zone of a name. Some programs prefix the IANA name with a path of their own.
func (z zones) find(name string) (*time.Location, error) {
	if l, ok := z.known[name]; ok {
		return l, nil
	}
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for i := range parts {
		iana := strings.Join(parts[i:], "/")
		if iana == "" || strings.EqualFold(iana, "local") {
			continue
		}
		if l, err := time.LoadLocation(iana); err == nil {
			z.known[name] = l
			return l, nil
		}
	}
	d, ok := z.own[name]
	if !ok || !d.standard.there && !d.daylight.there {
		return nil, fmt.Errorf("the time zone %.60q is not known", name)
	}
	l, err := d.location(name)
	if err != nil {
		return nil, fmt.Errorf("the time zone %.60q is not supported: %w", name, err)
	}
	z.known[name] = l
	return l, nil
}

// location converts a definition, by its latest rules.
func (d definition) location(name string) (*time.Location, error) {
	winter, errWinter := d.standard.turn()
	summer, errSummer := d.daylight.turn()
	switch {
	case d.standard.there && d.daylight.there && winter != "" && summer != "":
		return posixZone(name, posixOffset("S", d.standard.offset)+posixOffset("D", d.daylight.offset)+","+summer+","+winter)
	case errWinter != nil || errSummer != nil:
		return nil, errors.Join(errWinter, errSummer)
	case !d.standard.there || d.daylight.there && d.daylight.since.After(d.standard.since):
		return time.FixedZone(name, d.daylight.offset), nil
	}
	return time.FixedZone(name, d.standard.offset), nil
}

// turn returns the yearly start of an observance in the notation of POSIX TZ; empty if it does not recur.
func (o observance) turn() (string, error) {
	if !o.there || o.rule == nil || !o.rule.until.IsZero() {
		return "", nil
	}
	r := o.rule
	month := o.since.Month()
	if len(r.months) == 1 {
		month = r.months[0]
	}
	if r.freq != "YEARLY" || len(r.months) > 1 || len(r.days) > 1 {
		return "", errors.New("its rule for the change of the clocks is not supported")
	}
	at := "/" + o.since.Format("15:04:05")
	if len(r.days) == 0 { // the same date each year
		date := time.Date(2001, month, o.since.Day(), 0, 0, 0, 0, time.UTC) // any year without a leap day
		return fmt.Sprint("J", date.YearDay(), at), nil
	}
	week := r.days[0].n
	if len(r.monthDays) > 0 { // "the Sunday from the 8th on" is the second
		week = (slices.Min(r.monthDays)-1)/7 + 1
	}
	if week == -1 {
		week = 5
	}
	if week < 1 || week > 5 {
		return "", errors.New("its rule for the change of the clocks is not supported")
	}
	return fmt.Sprintf("M%d.%d.%d%s", month, week, r.days[0].day, at), nil
}

// posixOffset returns a name with an offset in the notation of POSIX TZ, which counts westwards.
func posixOffset(name string, seconds int) string {
	sign := "-"
	if seconds < 0 {
		sign, seconds = "", -seconds
	}
	return fmt.Sprintf("<%s>%s%d:%02d:%02d", strings.Repeat(name, 3), sign, seconds/3600, seconds/60%60, seconds%60)
}

// posixZone returns the zone of a POSIX TZ string, as the footer of a TZif file (RFC 8536) without transitions, the only format
// that package time reads.
func posixZone(name, tz string) (*time.Location, error) {
	block := func(version byte) string {
		counts := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4} // one type, with a name of three letters
		kind := []byte{0, 0, 0, 0, 0, 0}                                                         // offset 0, no daylight saving, name 0
		return "TZif" + string(version) + strings.Repeat("\x00", 15) + string(counts) + string(kind) + "UTC\x00"
	}
	return time.LoadLocationFromTZData(name, []byte(block('2')+block('2')+"\n"+tz+"\n"))
}

// when parses a date or time.
func (z zones) when(x property, value string) (t time.Time, date bool, err error) {
	zone := z.floating
	if name := x.params["TZID"]; name != "" {
		if zone, err = z.find(name); err != nil {
			return t, false, err
		}
	}
	t, date, err = parseTime(value, zone)
	if err != nil {
		return t, false, errors.New("this is no time")
	}
	return t, date, nil
}
