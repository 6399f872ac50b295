//go:build !race

package condition

import "testing"

func TestFalseAlarmsAreToldAsTheyWereMeasured(t *testing.T) {
	for _, c := range []struct {
		reached, lines int
		want           string
	}{
		{0, 0, "how many ordinary lines reach 0.90 was not measured"},
		{0, 13707, "none of 13,707 ordinary lines reaches 0.90"},
		{2, 61, "2 of 61 ordinary lines reached 0.90"},
		{21, 13707, "1.5 of 1,000 ordinary lines reach 0.90"},
		{10, 10000, "1 of 1,000 ordinary lines reaches 0.90"},
		{250, 10000, "25 of 1,000 ordinary lines reach 0.90"},
	} {
		if got := falseAlarms(c.reached, c.lines, 0.9); got != c.want {
			t.Errorf("%d of %d: %q, not %q", c.reached, c.lines, got, c.want)
		}
	}
}
