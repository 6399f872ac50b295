//go:build !race

package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/models"

	"pgregory.net/rapid"
)

// TestNeedsHideNoMatch checks that looking for needed texts first never hides a match.
func TestNeedsHideNoMatch(t *testing.T) {
	// few words, so that patterns and lines meet often
	someWords := []string{"you", "are", "a", "pig", "idiot", "buy", "now", "coin", "not"}
	rapid.Check(t, func(rt *rapid.T) {
		w := func() string { return rapid.SampledFrom(someWords).Draw(rt, "word") }
		src := rapid.SampledFrom([]string{
			"%s (%s|%s)", "(%s )*%s( %s)?", "(%s|%s|\\w+) %s", "%s{1,2} %s|%s", "^%s.*(%s|%s)", "%ss? ?%s+ [a-z]+ %s",
			"(%s|%s) (\\w+ ){0,2}%s", "\\b%s (%s )?%s$", "%s( %s)? [a-y]\\w* %s", "(%s|%s|%s)",
		}).Draw(rt, "shape")
		p, err := compilePattern(fmt.Sprintf(src, w(), w(), w()))
		if err != nil {
			rt.Fatal(err)
		}
		said := strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 0, 8).Draw(rt, "line"), " ")
		text := newWindow(WordsOf(models.Utterance{Text: said})).texts(false)[0]
		matches := 0
		p.find(text, func([]int) { matches++ })
		marks := make([]bool, 1)
		f, _ := newPrefilter([]source{{patterns: []*pattern{p}}})
		if f.may(text.text, marks); matches > 0 && len(p.needs) > 0 && !marks[0] {
			rt.Fatalf("%d matches in %q, which has none of the needs %q", matches, text.text, p.needs)
		}
	})
}

// TestNeedsAreWholeTexts: words that the parser takes apart for their common beginnings are needed as they were written, with the
// spaces around them.
func TestNeedsAreWholeTexts(t *testing.T) {
	for src, want := range map[string][]string{
		`\w+ (kamu|kau|lu|lo)`:        {" kamu ", " kau ", " lo ", " lu "},
		`(is|was) (so )?dumb`:         {" is dumb ", " is so dumb ", " was dumb ", " was so dumb "},
		`(\w+ )?pigs?`:                {"pig ", "pigs "},
		`go (\w+ ){0,2}back( home)?`:  {"back ", "back home "},
		`(yes|no|\w+ please) (\w+)`:   {" please", "no", "yes"},
		`(a )?\w+`:                    nil,
		`[a-z]+ou`:                    {"ou "},
		`(never|not) (\w+ ){0,3}give`: {"give "},
	} {
		p, err := compilePattern(src)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.needs, want) {
			t.Errorf("%s needs %q, not %q", src, p.needs, want)
		}
	}
}
