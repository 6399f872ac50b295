package cli

import (
	"fmt"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/rules"
)

// ParseSessionTime parses a position in a session and returns it in ms from the session's start: 12:30, 1:02:00, or a duration such as 15m.
func ParseSessionTime(text string) (int64, error) {
	if strings.Contains(text, ":") {
		if ms, ok := export.ParseClock(text); ok {
			return ms, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d.Milliseconds(), nil
	}
	return 0, models.WithHint(fmt.Errorf("%q is not a valid session time", text), "write it as 12:30, 1:02:00 or 15m")
}

// SinceTime parses how far back to look. It returns the zero time for "all".
func SinceTime(text string, now time.Time) (time.Time, error) {
	if text == "all" {
		return time.Time{}, nil
	}
	age, err := rules.ParseDuration(text)
	if err != nil {
		return time.Time{}, models.WithHint(fmt.Errorf("--since: %w", err), "use 12h, 30d, 8w or all")
	}
	return now.Add(-age), nil
}
