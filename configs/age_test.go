//go:build !race

package configs

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1h": time.Hour, "36h": 36 * time.Hour, "1w": 7 * 24 * time.Hour,
		"14d": 14 * 24 * time.Hour, "3650d": 3650 * 24 * time.Hour, "forever": 0,
	} {
		var a Age
		if err := a.UnmarshalText([]byte(text)); err != nil || time.Duration(a) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(a), err)
		}
	}
	for _, text := range []string{"", "0d", "0", "-1d", "1", "1.5d", "3651d", "522w", "w", "99999999999d", "1m", "Forever", "d", "+"} {
		a := Age(time.Hour)
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %v", text, time.Duration(a))
		}
	}
}
