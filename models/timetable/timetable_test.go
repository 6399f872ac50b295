package timetable

import (
	"testing"
	"time"

	"earshot/models"
)

func entry(t *testing.T, s models.ScheduledTime) Entry {
	t.Helper()
	e, err := Of(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestOnce: a date is kept to in its own zone, across midnight and the hour that the clocks skip, and is over then.
func TestOnce(t *testing.T) {
	e := entry(t, models.ScheduledTime{Date: "2027-03-27", From: 23 * 60, Minutes: 240, Zone: "Europe/Berlin"})
	table := Timetable{e}
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	start, end := time.Date(2027, 3, 27, 22, 0, 0, 0, time.UTC), time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)
	if next := table.Next(now); !next.Equal(start) {
		t.Errorf("next %v", next)
	}
	if until, open := table.Open(start.Add(90 * time.Minute)); !open || !until.Equal(end) { // 3 h on the wall are 3 h: 2:00 is skipped
		t.Errorf("until %v, %v", until, open)
	}
	if _, open := table.Open(start.AddDate(0, 0, 7)); open || !table.Next(start).IsZero() {
		t.Error("it takes place again")
	}
}

func TestOverlaps(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)                                                                   // a Sunday
	weekly := models.ScheduledTime{Days: []time.Weekday{time.Thursday}, From: 20 * 60, Minutes: 120, Zone: "Europe/Berlin"} // 19:00-21:00 UTC
	table := Timetable{entry(t, weekly)}
	for name, c := range map[string]struct {
		change func(*models.ScheduledTime)
		want   bool
	}{
		"the same":               {func(*models.ScheduledTime) {}, true},
		"another day":            {func(s *models.ScheduledTime) { s.Days[0] = time.Friday }, false},
		"its end":                {func(s *models.ScheduledTime) { s.From += 60 }, true},
		"around it":              {func(s *models.ScheduledTime) { s.From -= 60; s.Minutes = 300 }, true},
		"right after it":         {func(s *models.ScheduledTime) { s.From += 120 }, false},
		"right before it":        {func(s *models.ScheduledTime) { s.From -= 120 }, false},
		"the same, in its zone":  {func(s *models.ScheduledTime) { s.From, s.Zone = 19*60, "UTC" }, true},
		"the hour, another zone": {func(s *models.ScheduledTime) { s.Zone = "Asia/Tokyo" }, false},
		"over midnight into it": {func(s *models.ScheduledTime) {
			s.Days[0], s.From, s.Minutes = time.Wednesday, 21*60, 23*60+30
		}, true},
		"a date on such a day": {func(s *models.ScheduledTime) { s.Days, s.Date = nil, "2027-02-04" }, true},
		"a date on another":    {func(s *models.ScheduledTime) { s.Days, s.Date = nil, "2027-02-05" }, false},
	} {
		s := weekly
		s.Days = []time.Weekday{time.Thursday}
		c.change(&s)
		if at, got := table.Overlaps(entry(t, s), now); got != c.want {
			t.Errorf("%s: %v, %v", name, at, got)
		}
	}
}

func TestSentence(t *testing.T) {
	s := models.ScheduledTime{Days: []time.Weekday{time.Sunday, time.Monday, time.Thursday}, From: 22 * 60, Minutes: 150, Zone: "UTC"}
	if got := Sentence(s); got != "every Monday, Thursday and Sunday, 22:00–00:30 (UTC)" {
		t.Error(got)
	}
	s.Days, s.Date = nil, "2026-12-03"
	if got := Sentence(s); got != "once, on Thursday, 3 December 2026, 22:00–00:30 (UTC)" {
		t.Error(got)
	}
}
