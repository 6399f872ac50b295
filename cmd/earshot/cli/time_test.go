package cli

import "testing"

func TestParseSessionTime(t *testing.T) {
	for in, want := range map[string]int64{"0:05": 5000, "12:30": 750_000, "1:02:03": 3_723_000, "90s": 90_000, "75:00": 4_500_000} {
		if got, err := ParseSessionTime(in); got != want || err != nil {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "1:5", "1:60", "-1:00", "1:2:3:4", "x", "-5s", "5", "1:00:99", ":30"} {
		if got, err := ParseSessionTime(in); err == nil {
			t.Errorf("%q: %d", in, got)
		}
	}
}
