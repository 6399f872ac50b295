package timetable

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Sentence says in words when a scheduled time takes place.
func Sentence(t models.ScheduledTime) string {
	wall := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }
	when := "every " + weekdays(t.Days)
	if t.Date != "" {
		when = "once, on " + t.Date
		if day, err := time.Parse(time.DateOnly, t.Date); err == nil {
			when = "once, on " + day.Format("Monday, 2 January 2006")
		}
	}
	return fmt.Sprintf("%s, %s–%s (%s)", when, wall(t.From), wall(t.From+t.Minutes), t.Zone)
}

// weekdays lists days as people do, from Monday.
func weekdays(days []time.Weekday) string {
	sorted := slices.Clone(days)
	slices.SortFunc(sorted, func(a, b time.Weekday) int { return int((a+6)%7) - int((b+6)%7) })
	if sorted = slices.Compact(sorted); len(sorted) == 7 {
		return "day"
	}
	var names []string
	for _, d := range sorted {
		names = append(names, d.String())
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
