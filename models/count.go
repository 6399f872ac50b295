package models

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Count returns a number with its English noun, given in the singular: "1 line", "12 lines", "2 stretches".
func Count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}

// Length returns a duration in words, as exact as a reader needs it: "0.5 s", "60 s", "12 min", "2 h 03".
func Length(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", max(d, 0).Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(math.Round(d.Minutes())))
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %02d", int(d.Hours()), int(d.Minutes())%60)
	}
}
