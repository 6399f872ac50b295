package cli

import (
	"fmt"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/export"
)

// ParseSessionTime reads a time from a session's start, in ms: 12:30, 1:02:00, or a duration such as 15m.
func ParseSessionTime(text string) (int64, error) {
	if strings.Contains(text, ":") {
		if ms, ok := export.ParseClock(text); ok {
			return ms, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d.Milliseconds(), nil
	}
	return 0, models.WithHint(fmt.Errorf("%q is no time of a session", text), "write it as 12:30, 1:02:00 or 15m")
}
