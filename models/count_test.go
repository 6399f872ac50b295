package models

import "testing"

func TestCount(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0 lines": Count(0, "line"), "1 line": Count(1, "line"), "12 lines": Count(12, "line"),
		"1 stretch": Count(1, "stretch"), "2 stretches": Count(2, "stretch"),
	} {
		if got != want {
			t.Errorf("counted %q, want %q", got, want)
		}
	}
}
