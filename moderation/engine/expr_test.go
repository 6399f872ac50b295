package engine

import (
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/match"
)

// longestLine is as long as any line that an expression sees.
func longestLine() models.Utterance {
	u := line(strings.Repeat("abcdefghij ", 300), 1)
	u.SpeakerID = "ana"
	return u
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
	set := mustLoad(f, "schema: 1\nrules: [{id: a, when: {role: host}, then: [flag: {}]}]\n")
	s := NewSession(set, models.Session{ID: "s"})
	u := longestLine()
	sc := s.see(s.roster.person("ana"), manner{})
	sc.look(nil, u, match.WordsOf(u))
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
	s := NewSession(mustLoad(t, "schema: 1\nrules: [{id: a, when: {role: host}, then: [flag: {}]}]\n"), models.Session{ID: "s"})
	u := longestLine()
	sc := s.see(s.roster.person("ana"), manner{})
	sc.look(nil, u, match.WordsOf(u))
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
