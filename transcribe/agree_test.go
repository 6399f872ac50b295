package transcribe

import (
	"strings"
	"testing"

	"earshot/models"
)

func TestAgreement(t *testing.T) {
	type step struct {
		hear, stable, tail string
		retracted          bool
	}
	for name, steps := range map[string][]step{
		"grows": {
			{"Hello", "", "Hello", false},
			{"Hello everyb", "Hello ", "everyb", false},
			{"Hello everybody here", "Hello ", "everybody here", false},
			{"Hello, everybody here", "Hello, everybody here", "", false},
		},
		"no end of a sentence":          {{"Hello there.", "", "Hello there", false}, {"Hello there, all?", "Hello there, ", "all", false}},
		"case and commas do not matter": {{"so what", "", "so what", false}, {"So, what now", "So, what ", "now", false}},
		"takes back": {
			{"pay me now", "", "pay me now", false},
			{"pay me now please", "pay me now ", "please", false},
			{"paint the house", "", "paint the house", true},
			{"paint the house red", "paint the house ", "red", false},
		},
		"gets shorter": {
			{"one two three", "", "one two three", false},
			{"one two three four", "one two three ", "four", false},
			{"one two", "one two", "", true},
		},
		"falls silent": {{"thank you", "", "thank you", false}, {"", "", "", false}},
	} {
		var a agreement
		for i, s := range steps {
			retracted := a.update(strings.Fields(s.hear))
			p := a.partial(models.Clip{}, retracted)
			if p.Stable != s.stable || p.Tail != s.tail || p.Retracted != s.retracted {
				t.Errorf(
					"%s, step %d: %q + %q (retracted %t), want %q + %q (%t)", name, i, p.Stable, p.Tail, p.Retracted, s.stable, s.tail,
					s.retracted,
				)
			}
		}
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		final  string
		forced bool
		kept   int
		ok     bool
	}{
		{"One two three four.", false, 3, true},
		{"one, two, three", false, 3, true},
		{"one two", false, 2, false},
		{"one two", true, 2, true}, // the third word may be the next stretch's
		{"one too three", true, 1, false},
		{"", false, 0, false},
	} {
		a := agreement{words: strings.Fields("one two three fo"), stable: 3}
		if kept, ok := a.settle(c.final, c.forced); kept != c.kept || ok != c.ok {
			t.Errorf("%q (forced %t): %d words kept, %t; want %d, %t", c.final, c.forced, kept, ok, c.kept, c.ok)
		}
	}
}
