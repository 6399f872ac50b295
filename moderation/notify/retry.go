package notify

import (
	"net/http"
	"strconv"
	"time"
)

// A notice is attempted for a day: after 5 s, 20 s, 80 s and so on, at most every 8 hours.
const (
	firstDelay = 5 * time.Second
	lastDelay  = 8 * time.Hour
	giveUp     = 24 * time.Hour
	// maxPause is how long a failing target is left alone, including for other notices, unless it asked for longer.
	maxPause = time.Minute
)

// delay returns how long to wait after the n-th failed attempt. r, from 0 to 1, varies it by a quarter either way, so that notices
// that failed together are not retried together.
func delay(n int, r float64) time.Duration {
	d := firstDelay
	for ; n > 1 && d < lastDelay; n-- {
		d *= 4
	}
	return time.Duration(float64(min(d, lastDelay)) * (0.75 + r/2))
}

// retryAfter parses a Retry-After header (RFC 9110, section 10.2.3): seconds or a date; 0 for none, at most 8 hours.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil {
		return min(max(0, time.Duration(min(s, 1<<20))*time.Second), lastDelay)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(0, at.Sub(now)), lastDelay)
	}
	return 0
}
