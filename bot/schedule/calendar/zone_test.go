//go:build !race

package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/bot/schedule/calendar"
)

// Definitions as Outlook, Exchange and Apple write them.
const (
	outlook = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:16011028T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" +
		"END:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:16010325T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n" +
		"END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
	sydney = "BEGIN:VTIMEZONE\r\nTZID:AUS Eastern Standard Time\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:19710101T020000\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10\r\nTZOFFSETFROM:+1000\r\nTZOFFSETTO:+1100\r\n" +
		"END:DAYLIGHT\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:19710101T030000\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4\r\nTZOFFSETFROM:+1100\r\nTZOFFSETTO:+1000\r\n" +
		"END:STANDARD\r\nEND:VTIMEZONE\r\n"
	newYork = "BEGIN:VTIMEZONE\r\nTZID:Eastern Standard Time\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:19971026T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20061029T060000Z\r\n" +
		"TZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7;BYDAY=SU;BYMONTH=11\r\n" +
		"TZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n" +
		"END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
	india = "BEGIN:VTIMEZONE\r\nTZID:India Standard Time\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)

// TestClocksChange: a weekly hour stays at its time on the wall, whoever defines the zone, and COUNT, UNTIL and EXDATE mean
// the occurrences on both sides of the change.
func TestClocksChange(t *testing.T) {
	for _, tt := range []struct{ name, zones, event, want string }{
		{
			"IANA", "", event("DTSTART;TZID=Europe/Berlin:20270321T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			"03-21T19:00Z 03-28T18:00Z",
		},
		{
			"a folder before the name", "",
			event("DTSTART;TZID=/mozilla.org/20070129_1/Europe/Berlin:20270321T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			"03-21T19:00Z 03-28T18:00Z",
		},
		{
			"Outlook, before and after", outlook, event(
				"DTSTART;TZID=\"W. Europe Standard Time\":20270321T200000", "DTEND;TZID=W. Europe Standard Time:20270321T210000",
				"RRULE:FREQ=WEEKLY;COUNT=2",
			),
			"03-21T19:00Z 03-28T18:00Z",
		},
		{
			"Outlook, until a time of Greenwich", outlook,
			event("DTSTART;TZID=W. Europe Standard Time:20270321T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20270404T180000Z"),
			"03-21T19:00Z 03-28T18:00Z 04-04T18:00Z",
		},
		{
			"Outlook, until a time on the wall", outlook,
			event("DTSTART;TZID=W. Europe Standard Time:20270321T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20270328T200000"),
			"03-21T19:00Z 03-28T18:00Z",
		},
		{
			"an exception on the wall", outlook,
			event(
				"DTSTART;TZID=W. Europe Standard Time:20270321T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3",
				"EXDATE;TZID=W. Europe Standard Time:20270328T200000",
			),
			"03-21T19:00Z 04-04T18:00Z",
		},
		{
			"the hour that there is not", "", event("DTSTART;TZID=Europe/Berlin:20270327T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"),
			"03-27T01:30Z 03-28T01:30Z 03-29T00:30Z",
		},
		{
			"the southern half", sydney,
			event("DTSTART;TZID=AUS Eastern Standard Time:20270328T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			"03-28T09:00Z 04-04T10:00Z",
		},
		{
			"rules that ended", newYork, event("DTSTART;TZID=Eastern Standard Time:20270307T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			"03-08T01:00Z 03-15T00:00Z",
		},
		{
			"the Sunday among some days", newYork,
			event("DTSTART;TZID=Eastern Standard Time:20271031T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			"10-31T16:00Z 11-07T17:00Z",
		},
		{"no change", india, event("DTSTART;TZID=India Standard Time:20270321T200000", "DURATION:PT1H"), "03-21T14:30Z"},
		{"a definition after the event", "", event("DTSTART;TZID=India Standard Time:20270321T200000", "DURATION:PT1H") + india, "03-21T14:30Z"},
		{
			"whole days", "", event("DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270329"),
			"03-26T23:00Z",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			berlin, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				t.Fatal(err)
			}
			c, problems, err := calendar.Parse(strings.NewReader(file(tt.zones+tt.event)), berlin)
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
			found, err := c.Periods(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
			var got []string
			for _, s := range found {
				got = append(got, s.Start.UTC().Format("01-02T15:04Z"))
				if d := s.End.Sub(s.Start); d != time.Hour && tt.name != "whole days" || tt.name == "whole days" && d != 47*time.Hour {
					t.Errorf("%v takes %v", s.Start, d)
				}
			}
			if err != nil || strings.Join(got, " ") != tt.want {
				t.Errorf("got  %v, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

// TestWorkIsBounded: files of four megabytes that want as much work as they can.
func TestWorkIsBounded(t *testing.T) {
	var except strings.Builder
	from := time.Date(1986, 1, 1, 19, 0, 0, 0, time.UTC)
	for i := range 220_000 {
		fmt.Fprintf(&except, "%s,", from.AddDate(0, 0, i%20_000).Format("20060102T150405Z"))
	}
	for _, tt := range []struct{ name, text, want string }{
		{
			"exceptions, in one line",
			file(event("DTSTART:19860101T190000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:"+strings.TrimSuffix(except.String(), ","))), "",
		},
		{
			"events that began long ago",
			file(strings.Repeat(event("DTSTART:00020101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), 4000)),
			"error: the recurring events of this calendar are too many, or began too long ago",
		},
		{"moved occurrences", file(
			event("UID:a", "DTSTART:19860101T190000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20201231"), moved(4900),
		), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			done := make(chan string, 1)
			go func() { done <- periods(t, tt.text) }()
			select {
			case got := <-done:
				if got != tt.want {
					t.Errorf("got %.200s, want %s", got, tt.want)
				}
			case <-time.After(time.Minute): // some hundred milliseconds, where the work does not grow with its square
				t.Fatal("this takes more than a minute")
			}
		})
	}
}

func moved(n int) string {
	var b strings.Builder
	for i := range n {
		at := time.Date(1986, 1, 1+i, 19, 0, 0, 0, time.UTC).Format("20060102T150405Z")
		b.WriteString(event("UID:a", "RECURRENCE-ID:"+at, "DTSTART:"+at, "DURATION:PT1H"))
	}
	return b.String()
}

func FuzzZones(f *testing.F) {
	f.Add(outlook, "W. Europe Standard Time")
	f.Add(newYork, "Eastern Standard Time")
	f.Add(
		"BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nTZOFFSETTO:-9999\nDTSTART:00000000T000000\nRRULE:FREQ=YEARLY;BYDAY=-9SU\nEND:STANDARD\n"+
			"END:VTIMEZONE\n",
		"x",
	)
	f.Fuzz(func(_ *testing.T, zone, name string) {
		if strings.ContainsAny(name, "\r\n") || len(zone) > 10_000 {
			return
		}
		c, _, err := calendar.Parse(
			strings.NewReader(file(zone+event("DTSTART;TZID="+name+":20270321T200000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=400"))), time.UTC,
		)
		if err == nil {
			_, _ = c.Periods(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
		}
	})
}
