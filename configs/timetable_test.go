//go:build !race

package configs

import (
	"testing"
	"time"
)

func TestTimetable(t *testing.T) {
	at := func(zone, s string) time.Time {
		t.Helper()
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip("this system has no time zones")
		}
		when, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tt := range []struct {
		name, zone string
		times      []string
		at         string
		until      string // empty: closed
		next       string
	}{
		{"inside", "Asia/Jakarta", []string{"fri 19:00-21:00"}, "2026-11-27 19:00", "2026-11-27 21:00", "2026-12-04 19:00"},
		{"the end is outside", "Asia/Jakarta", []string{"fri 19:00-21:00"}, "2026-11-27 21:00", "", "2026-12-04 19:00"},
		{"before", "Asia/Jakarta", []string{"fri 19:00-21:00"}, "2026-11-27 18:59", "", "2026-11-27 19:00"},
		{"over midnight", "UTC", []string{"sat 22:00-02:00"}, "2026-11-29 01:00", "2026-11-29 02:00", "2026-12-05 22:00"},
		{"wrapping days", "UTC", []string{"sat-mon 08:00-09:00"}, "2026-11-29 08:30", "2026-11-29 09:00", "2026-11-30 08:00"},
		{"daily", "UTC", []string{"daily 23:00-24:00"}, "2026-11-25 23:30", "2026-11-26 00:00", "2026-11-26 23:00"},
		{
			"touching", "UTC",
			[]string{"fri 10:00-12:00", "fri 11:00-13:00", "fri 13:00-14:00"},
			"2026-11-27 10:30", "2026-11-27 14:00",
			"2026-11-27 11:00",
		},
		{
			"once", "UTC", []string{"2026-12-24 20:00-01:00", "fri 19:00-21:00"}, "2026-12-25 00:30", "2026-12-25 01:00", "2026-12-25 19:00",
		},
		{"once, far ahead", "UTC", []string{"2027-12-24 20:00-22:00"}, "2026-12-24 21:00", "", "2027-12-24 20:00"},
		{"the short night", "Europe/Berlin", []string{"sat 22:00-06:00"}, "2027-03-28 01:00", "2027-03-28 06:00", "2027-04-03 22:00"},
		{"the long night", "Europe/Berlin", []string{"sun 01:00-04:00"}, "2026-10-25 02:30", "2026-10-25 04:00", "2026-11-01 01:00"},
		{"an hour that is not there", "Europe/Berlin", []string{"sun 02:30-05:00"}, "2027-03-28 04:00", "2027-03-28 05:00", "2027-04-04 02:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := Room{Schedule: tt.times, TimeZone: tt.zone}.Timetable()
			if err != nil {
				t.Fatal(err)
			}
			now := at(tt.zone, tt.at)
			until, ok := table.Open(now)
			if ok != (tt.until != "") || ok && !until.Equal(at(tt.zone, tt.until)) {
				t.Errorf("open until %v, %v; want %q", until, ok, tt.until)
			}
			if next := table.Next(now); !next.Equal(at(tt.zone, tt.next)) {
				t.Errorf("next %v, want %s", next, tt.next)
			}
		})
	}
	always, err := Room{Schedule: []string{"daily 00:00-24:00"}, TimeZone: "UTC"}.Timetable()
	if err != nil {
		t.Fatal(err)
	}
	if until, ok := always.Open(time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)); !ok ||
		until.Sub(time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)) < 24*time.Hour {
		t.Errorf("round the clock ends at %v", until)
	}
}
