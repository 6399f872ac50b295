package export

import (
	"testing"

	"pgregory.net/rapid"
)

func TestParseClockReadsWhatClockWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 65_000*3600).Draw(t, "seconds") * 1000
		if got, ok := ParseClock(Clock(ms)); !ok || got != ms {
			t.Errorf("%s: %d, %v", Clock(ms), got, ok)
		}
	})
	for _, in := range []string{"", "5", "1:5", "1:60", "-1:00", "1:2:3:4", "x", "1:00:99", ":30", "15m"} {
		if got, ok := ParseClock(in); ok {
			t.Errorf("%q: %d", in, got)
		}
	}
}
