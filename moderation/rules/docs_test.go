package rules

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestReferenceNamesEveryKey(t *testing.T) {
	data, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Concat(topOrder, ruleOrder) {
		if !strings.Contains(string(data), key) {
			t.Errorf("the reference does not name the key %q", key)
		}
	}
}
