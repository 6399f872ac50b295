package strict

import (
	"errors"
	"strings"
	"testing"
)

// TestMissingQuotes: what lacks quotes is told where it stands.
func TestMissingQuotes(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb:\n  - x: {title: {{match}} was said}\n": `put it in quotes: "{{match}} was said"`,
		"a: 1\nb:\n  - x: {n: >=4, m: 5m}\n":             `put it in quotes: ">=4"`,
		"a: 1\nb:\n  - x: {phrase: hi: there}\n":         `put it in quotes: "hi: there"`,
		"a: 1\nb:\n  - x: phrase: hi\n":                  `put it in quotes: "phrase: hi"`,
	} {
		_, err := Parse([]byte(text))
		var broken *SyntaxError
		if !errors.As(err, &broken) || broken.Message != want || broken.Line != 3 {
			t.Errorf("%q: %v (%+v)", text, err, broken)
		}
	}
	_, err := Parse([]byte("a: \"{{match}}\"\nb: [1\nc: 2\n"))
	if err == nil || strings.Contains(err.Error(), "quotes") {
		t.Errorf("%v", err)
	}
}
