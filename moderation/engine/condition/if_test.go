//go:build !race

package condition

import (
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/engine/ledger"
	"earshot/moderation/match"
)

// longestLine is what an expression sees of a line that is as long as any.
func longestLine() *Context {
	set, people := NewSettings(), NewRoster()
	NewBuilder(nil, set, nil).Build()
	sc := NewContext(set, people, ledger.New(models.Session{ID: "s"}))
	sc.Person = people.Person("ana")
	u := models.Utterance{Key: models.Key{Session: "s"}, SpeakerID: "ana", Text: strings.Repeat("abcdefghij ", 300), EndMS: 30_000}
	sc.Look(nil, u, match.WordsOf(u))
	return sc
}

// FuzzExpr checks that no expression that loads costs more than its bound, whatever the line, or fails otherwise than by not
// holding.
func FuzzExpr(f *testing.F) {
	for _, text := range []string{
		"size(words) > 3", `text.contains("a") && min_p < 0.5`, `words.exists(w, w == "abcdefghij")`,
		`words.all(a, words.all(b, words.all(c, a == b)))`, `words.map(w, w + w).size() > 1`, `text.matches("(a|b)*c")`,
		`text + text + text == text`, `balance["conduct"] > 1.0`, `1 / 0 == 1`, `words[400] == ""`, `roles == ["host"]`,
		`text.matches(text)`, `words.filter(w, w.matches("^(a+)+$")).size() > 0`, "at_ms % 2 == 0", `has(balance.x)`,
	} {
		f.Add(text)
	}
	sc := longestLine()
	f.Fuzz(func(t *testing.T, text string) {
		e, err := compileExpr(text)
		if err != nil {
			return
		}
		_, cost := e.eval(sc)
		if cost > maxExprCost+maxExprStep {
			t.Errorf("%q cost %d, at most %d", text, cost, maxExprCost)
		}
	})
}

// maxExprStep is what the last step before the bound may cost: one walk over a text.
const maxExprStep = 20_000

// TestExprCost: what walks too often over the words is refused when it is loaded, and what gets past that ends at its bound.
func TestExprCost(t *testing.T) {
	for text, refused := range map[string]bool{
		"words.all(a, words.all(b, words.all(c, a != b || b != c)))": true,
		"text.matches(text)":         true,
		"text.matches('a' + text)":   true,
		"text.matches('^a+b')":       false,
		"words.all(a, a.size() > 2)": false,
		"size(text) > 10":            false,
	} {
		if _, err := compileExpr(text); (err != nil) != refused {
			t.Errorf("%q: %v", text, err)
		}
	}
	sc := longestLine()
	for _, text := range []string{"words.all(a, text.contains(a))", "words.map(w, text + w).size() > 0"} {
		e, err := compileExpr(text)
		if err != nil {
			continue
		}
		if held, cost := e.eval(sc); held || cost > maxExprCost+maxExprStep {
			t.Errorf("%q holds %v at a cost of %d", text, held, cost)
		}
	}
}
