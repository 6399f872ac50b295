package transcribe

import (
	"strings"
	"testing"
)

// TestPhantomListsAreInPlainForm: texts are compared in plain form, so a phrase that is not in it would never match.
func TestPhantomListsAreInPlainForm(t *testing.T) {
	if len(phantoms) < 10 {
		t.Fatalf("%d languages", len(phantoms))
	}
	for code, p := range phantoms {
		if len(p.credits) == 0 || len(p.commonplaces) == 0 {
			t.Errorf("%s has %d credits and %d commonplaces", code, len(p.credits), len(p.commonplaces))
		}
		for _, texts := range []map[string]bool{p.credits, p.commonplaces} {
			for text := range texts {
				if plain(text) != text {
					t.Errorf("%s: %q in plain form is %q", code, text, plain(text))
				}
			}
		}
		for _, start := range p.starts {
			if plain(start) != strings.TrimSpace(start) {
				t.Errorf("%s: %q in plain form is %q", code, start, plain(start))
			}
		}
	}
}
