//go:build !race

package match

import (
	"fmt"
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
		}).Draw(rt, "shape")
		p, err := compilePattern(fmt.Sprintf(src, w(), w(), w()))
		if err != nil {
			rt.Fatal(err)
		}
		said := strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 0, 8).Draw(rt, "line"), " ")
		text := newWindow(WordsOf(models.Utterance{Text: said})).texts(false)[0]
		count := func(p pattern) (n int) {
			p.find(text, func([]int) { n++ })
			return n
		}
		if got, want := count(*p), count(pattern{re: p.re, anchored: p.anchored}); got != want {
			rt.Fatalf("%d matches in %q with needs %q, %d without", got, text.text, p.needs, want)
		}
	})
}
