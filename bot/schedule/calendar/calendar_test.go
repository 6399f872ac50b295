//go:build !race

package calendar_test

import (
	"strings"
	"testing"
	"time"

	"earshot/bot/schedule/calendar"
)

// file makes a calendar of events.
func file(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

// periods are an event's stretches in the weeks around the turn of a year, as texts.
func periods(t *testing.T, text string) string {
	t.Helper()
	c, problems, err := calendar.Parse(strings.NewReader(text), time.UTC)
	if err != nil {
		return "error: " + err.Error()
	}
	out := []string{}
	for _, p := range problems {
		out = append(out, "problem: "+p.Error())
	}
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	found, err := c.Periods(from, from.AddDate(0, 2, 0))
	if err != nil {
		return "error: " + err.Error()
	}
	for _, s := range found {
		const layout = "0102T1504"
		out = append(out, s.Start.UTC().Format(layout)+"-"+s.End.UTC().Format(layout))
	}
	return strings.Join(out, " ")
}

func TestPeriods(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"once", file(event("DTSTART:20261127T190000Z", "DTEND:20261127T210000Z")), "1127T1900-1127T2100"},
		{"duration and zone", file(event("DTSTART;TZID=Asia/Jakarta:20261127T190000", "DURATION:PT1H30M")), "1127T1200-1127T1330"},
		{"all day", file(event("DTSTART;VALUE=DATE:20261127")), "1127T0000-1128T0000"},
		{"folded", file(event("SUMMARY:a room with a", "  long name", "DTSTART:202611", " 27T190000Z", "DURATION:PT1H")), "1127T1900-1127T2000"},
		{"no length is no time", file(event("DTSTART:20261127T190000Z")), ""},
		{
			"weekly on two days", file(event("DTSTART:20261123T190000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4")),
			"1123T1900-1123T2000 1126T1900-1126T2000 1130T1900-1130T2000 1203T1900-1203T2000",
		},
		{
			"every other week", file(event("DTSTART:20261127T190000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261225T190000Z")),
			"1127T1900-1127T2000 1211T1900-1211T2000 1225T1900-1225T2000",
		},
		{
			"the last Friday", file(event("DTSTART:20261030T190000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR")),
			"1127T1900-1127T2000 1225T1900-1225T2000",
		},
		{
			"the last day of a month", file(event("DTSTART:20261031T190000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1")),
			"1130T1900-1130T2000 1231T1900-1231T2000",
		},
		{"yearly", file(event("DTSTART:20201224T190000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY")), "1224T1900-1224T2000"},
		{
			"except and besides", file(
				event("DTSTART:20261127T190000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20261204T190000Z", "RDATE:20261201T190000Z"),
			),
			"1127T1900-1127T2000 1201T1900-1201T2000 1211T1900-1211T2000",
		},
		{
			"one moved, one cancelled", file(
				event("UID:a", "DTSTART:20261127T190000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"),
				event("UID:a", "RECURRENCE-ID:20261204T190000Z", "DTSTART:20261205T100000Z", "DURATION:PT1H"),
				event("UID:a", "RECURRENCE-ID:20261211T190000Z", "DTSTART:20261211T190000Z", "DURATION:PT1H", "STATUS:CANCELLED")),
			"1127T1900-1127T2000 1205T1000-1205T1100",
		},
		{
			"the first working day of a month",
			file(event("DTSTART:20261001T190000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1")),
			"1201T1900-1201T2000 0101T1900-0101T2000",
		},
		{
			"the second Friday of December", file(event("DTSTART:20251212T190000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYDAY=2FR;BYMONTH=12")),
			"1211T1900-1211T2000",
		},
		{"the last Friday of a year", file(
			event("DTSTART:20251226T190000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYDAY=-1FR"),
		), "1225T1900-1225T2000"},
		{
			"a day is excepted", file(event("DTSTART:20261127T190000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20261204")),
			"1127T1900-1127T2000 1211T1900-1211T2000",
		},
		{
			"days of whole days are excepted", file(event(
				"DTSTART;VALUE=DATE:20261127", "DTEND;VALUE=DATE:20261128", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;VALUE=DATE:20261204",
				"EXDATE:20261211T000000Z",
			)),
			"1127T0000-1128T0000 1218T0000-1219T0000",
		},
		{
			"whole days until a day", file(event("DTSTART;VALUE=DATE:20261127", "RRULE:FREQ=WEEKLY;UNTIL=20261204")),
			"1127T0000-1128T0000 1204T0000-1205T0000",
		},
		{"a whole day that ends when it begins", file(event("DTSTART;VALUE=DATE:20261127", "DTEND;VALUE=DATE:20261127")), "1127T0000-1128T0000"},
		{
			"a period besides", file(event("DTSTART:20261127T190000Z", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20261201T190000Z/PT1H")),
			"1127T1900-1127T2000 1201T1900-1201T2000",
		},
		{
			"BYSETPOS of nothing", file(event("DTSTART:20261127T190000Z", "RRULE:FREQ=MONTHLY;BYSETPOS=1")),
			"problem: line 5: RRULE: BYSETPOS chooses among BYDAY or BYMONTHDAY, and there is neither",
		},
		{
			"touching", file(event("DTSTART:20261127T190000Z", "DURATION:PT1H"), event("DTSTART:20261127T200000Z", "DURATION:PT1H")),
			"1127T1900-1127T2100",
		},
		{
			"an alarm is not the event",
			file(event("DTSTART:20261127T190000Z", "DURATION:PT1H", "BEGIN:VALARM", "DURATION:PT5M", "END:VALARM")), "1127T1900-1127T2000",
		},
		{
			"strange events are told of", file(
				event("DTSTART:20261127T190000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY"), event("DTSTART:yesterday"),
				event("DTSTART;TZID=Mars:20261127T190000"), event("UID:x"),
			),
			`problem: line 6: RRULE: FREQ: only DAILY, WEEKLY, MONTHLY and YEARLY are understood problem: line 9: DTSTART: this is no time ` +
				`problem: line 12: DTSTART: the time zone "Mars" is not known problem: line 14: the event has no DTSTART`,
		},
		{"no calendar", "<html>", "error: this is no iCalendar file: it does not begin with BEGIN:VCALENDAR"},
		{"cut short", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "error: this is no whole iCalendar file: VEVENT is not closed"},
		{"empty", "", "error: this is no iCalendar file: it does not begin with BEGIN:VCALENDAR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := periods(t, tt.text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(
		file(
			event(
				"UID:a", "DTSTART;TZID=Asia/Jakarta:20261127T190000", "DURATION:P1DT2H",
				"RRULE:FREQ=MONTHLY;BYDAY=2FR,-1MO;INTERVAL=2;UNTIL=20280101", "EXDATE:20261204T190000Z",
			),
		),
	)
	f.Add(
		"BEGIN:VCALENDAR\n x\nBEGIN:VEVENT\nDTSTART:99991231T235959\nDTEND:00010101\nRRULE:FREQ=DAILY;COUNT=10000\nEND:VEVENT\nEND:VCALENDAR",
	)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 10_000 {
			return
		}
		c, _, err := calendar.Parse(strings.NewReader(text), time.UTC)
		if err != nil {
			return
		}
		from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 2, 0)
		last := time.Time{}
		found, _ := c.Periods(from, to)
		for _, s := range found {
			if !s.End.After(s.Start) || !s.End.After(from) || !s.Start.Before(to) || s.Start.Before(last) {
				t.Errorf("span %v", s)
			}
			last = s.End
		}
	})
}
