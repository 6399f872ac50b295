//go:build !race

package configs

import (
	"strings"
	"testing"
)

// TestEverySettingIsDescribed: each has an explanation, what it accepts, and its variable.
func TestEverySettingIsDescribed(t *testing.T) {
	for _, key := range Keys() {
		all, err := Describe(key)
		if err != nil || all[0].Key != key {
			t.Fatalf("%s: %v", key, err)
		}
		if a := all[0]; len(a.Text) < 20 || a.Accepts == "" || strings.Contains(a.Text, "#") || !strings.HasPrefix(a.Variable, "EARSHOT_") {
			t.Errorf("%+v", a)
		}
	}
	if all, err := Describe("log"); err != nil || len(all) != 2 || all[0].Variable != "EARSHOT_LOG_LEVEL" {
		t.Errorf("a section: %+v, %v", all, err)
	}
	if _, err := Describe("decoder"); err != nil {
		t.Error(err)
	}
	if _, err := Describe("decodrs"); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("%v", err)
	}
}
