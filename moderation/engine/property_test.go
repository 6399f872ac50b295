//go:build !race

package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"

	"pgregory.net/rapid"

	"earshot/moderation/rules"
)

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// someWords are few, so that rules and lines often match.
var someWords = []string{"you", "are", "a", "pig", "idiot", "buy", "now", "coin", "not"}

func drawPhrase(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 1, 3).Draw(t, "phrase"), " ")
}

// drawCond draws a condition as YAML.
func drawCond(t *rapid.T, depth int) string {
	kinds := []string{"phrase", "gap", "words", "pattern", "role", "any", "all", "none"}
	if depth == 0 {
		kinds = kinds[:5]
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "phrase":
		return fmt.Sprintf("{says: {phrase: [%s, %s]}}", drawPhrase(t), drawPhrase(t))
	case "gap": // the first is no single letter: "a a" is one word that is spelled out, and has no gap
		return fmt.Sprintf("{says: {phrase: %s, gap: %d}}", rapid.SampledFrom(someWords[3:]).Draw(t, "first")+" "+drawPhrase(t),
			rapid.IntRange(0, 3).Draw(t, "gap"))
	case "words":
		return "{says: {words: list}}"
	case "pattern":
		return fmt.Sprintf("{says: {pattern: '%s( %s)?'}}", drawPhrase(t), drawPhrase(t))
	case "role":
		return "{role: " + rapid.SampledFrom([]string{"host", "guest"}).Draw(t, "role") + "}"
	default:
		var kids []string
		for range rapid.IntRange(1, 3).Draw(t, "kids") {
			kids = append(kids, drawCond(t, depth-1))
		}
		return fmt.Sprintf("{%s: [%s]}", kind, strings.Join(kids, ", "))
	}
}

func drawFile(t *rapid.T, rules []string) string {
	head := fmt.Sprintf("schema: 1\nmode: act\nwords: {list: {list: [%s], never: [%s]}}\nrules:\n",
		rapid.SampledFrom(someWords).Draw(t, "list"), drawPhrase(t))
	return head + strings.Join(rules, "\n") + "\n"
}

// drawUnless draws an unless: that is valid for every when:, because it is joined with a condition that always holds.
func drawUnless(t *rapid.T, depth int) string {
	return ", unless: {all: [" + drawCond(t, depth) + ", {none: [{says: {phrase: never said}}]}]}"
}

// drawRules draws rules. An alternative that never holds is added, so that rules that contradict themselves are not refused.
func drawRules(t *rapid.T) []string {
	rules := make([]string, rapid.IntRange(1, 5).Draw(t, "rules"))
	for i := range rules {
		rules[i] = fmt.Sprintf("- {id: r%d, when: {any: [%s, {says: {phrase: never said}}]}, then: [flag: {level: %s}]}", i, drawCond(t, 2),
			rapid.SampledFrom([]string{"info", "low", "medium", "high"}).Draw(t, "level"))
	}
	return rules
}

func drawLine(t *rapid.T) models.Utterance {
	u := line(strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 0, 8).Draw(t, "line"), " "), 1)
	for i := range u.Words {
		u.Words[i].P = float32(rapid.IntRange(0, 10).Draw(t, "p")) / 10
	}
	return u
}

// loadDrawn loads a drawn file. If it is refused, for example because a rule in it contradicts itself, another is drawn.
func loadDrawn(t *rapid.T, text string) *Set {
	set, err := Load(LoadOptions{FS: fstest.MapFS{"main.yaml": &fstest.MapFile{Data: []byte(text)}}}, "main")
	if err != nil {
		t.Skip(err)
	}
	return set
}

// TestUnlessNeverAdds checks that adding an unless never adds a verdict and never makes one stronger.
func TestUnlessNeverAdds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules := drawRules(rt)
		file := drawFile(rt, rules)
		more := strings.Replace(file, ", then:", drawUnless(rt, 2)+", then:", 1)
		before, after := loadDrawn(rt, file), loadDrawn(rt, more)
		u := drawLine(rt)
		was := map[string]models.Mode{}
		for _, f := range NewSession(before, models.Session{}).Judge(u) {
			was[f.Rule] = f.Mode
		}
		for _, f := range NewSession(after, models.Session{}).Judge(u) {
			if mode, ok := was[f.Rule]; !ok || modeRank(f.Mode) > modeRank(mode) {
				rt.Fatalf("%s came out of nowhere\n%s", f.Rule, more)
			}
		}
	})
}

// TestOrderNeverMatters checks that the order of rules changes neither the flags nor their hashes.
func TestOrderNeverMatters(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules := drawRules(rt)
		file := drawFile(rt, rules)
		shuffled := rapid.Permutation(rules).Draw(rt, "order")
		head, _, _ := strings.Cut(file, "rules:\n")
		other := head + "rules:\n" + strings.Join(shuffled, "\n") + "\n"
		a, b := loadDrawn(rt, file), loadDrawn(rt, other)
		if a.Hash() != b.Hash() {
			rt.Fatalf("hashes differ")
		}
		u := drawLine(rt)
		x, y := NewSession(a, models.Session{}).Judge(u), NewSession(b, models.Session{}).Judge(u)
		if jsonOf(t, x) != jsonOf(t, y) {
			rt.Fatalf("%s\n%s", brief(x), brief(y))
		}
	})
}

// TestRaisedGateNeverAddsEnforcement checks that a stricter word_p never makes a verdict stronger, and never hides one.
func TestRaisedGateNeverAddsEnforcement(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		file := drawFile(rt, drawRules(rt))
		strict := file + "trust: {final: {word_p: 0.9}}\n"
		u := drawLine(rt)
		loose := NewSession(loadDrawn(rt, file), models.Session{}).Judge(u)
		tight := NewSession(loadDrawn(rt, strict), models.Session{}).Judge(u)
		if len(loose) != len(tight) {
			rt.Fatalf("%s\n%s", brief(loose), brief(tight))
		}
		for _, f := range tight {
			i := slices.IndexFunc(loose, func(g models.Flag) bool { return g.Rule == f.Rule })
			if i < 0 || modeRank(f.Mode) > modeRank(loose[i].Mode) {
				rt.Fatalf("%s\n%s", brief(loose), brief(tight))
			}
		}
	})
}

// TestPropertiesOverSeveralLines checks, for rules with spans and several lines, that adding an unless never adds a verdict,
// that a raised gate adds no enforcement, and that the order of rules changes nothing.
func TestPropertiesOverSeveralLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules := drawRules(rt)
		for i := range rules {
			rules[i] = strings.Replace(rules[i], ", then:", ", span: {last: 20s, gap: 4s}, then:", 1)
		}
		file := drawFile(rt, rules)
		base := NewSession(loadDrawn(rt, file), models.Session{})
		excused := NewSession(loadDrawn(rt, strings.ReplaceAll(file, ", then:", drawUnless(rt, 1)+", then:")), models.Session{})
		strict := NewSession(loadDrawn(rt, file+"trust: {final: {word_p: 0.9}}\n"), models.Session{})
		head, _, _ := strings.Cut(file, "rules:\n")
		other := NewSession(loadDrawn(rt, head+"rules:\n"+strings.Join(rapid.Permutation(rules).Draw(rt, "order"), "\n")+"\n"), models.Session{})
		at := int64(0)
		for i := range 3 {
			u := drawLine(rt)
			shift := at - u.StartMS
			u.Seq, u.StartMS, u.EndMS = i+1, u.StartMS+shift, u.EndMS+shift
			for k := range u.Words {
				u.Words[k].StartMS += shift
				u.Words[k].EndMS += shift
			}
			at = u.EndMS + int64(rapid.IntRange(0, 5000).Draw(rt, "pause"))
			flags := base.Judge(u)
			was := map[string]models.Mode{}
			for _, f := range flags {
				was[f.Rule] = f.Mode
			}
			if got := other.Judge(u); jsonOf(t, got) != jsonOf(t, flags) {
				rt.Fatalf("order: %s\n%s", brief(flags), brief(got))
			}
			for what, s := range map[string]*Session{"unless": excused, "gate": strict} {
				for _, f := range s.Judge(u) {
					if mode, ok := was[f.Rule]; !ok || modeRank(f.Mode) > modeRank(mode) {
						rt.Fatalf("%s adds %s %s\n%s", what, f.Rule, f.Mode, file)
					}
				}
			}
		}
	})
}

// FuzzLoad checks that arbitrary bytes make the loader fail only with problems, and that what loads can judge.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(roomRules))
	for _, s := range []string{
		"", "schema: 1", "schema: 1\nrules: [{id: a}]", "a: &a [*a]", "schema: 1\nuse: main", "\t", "rules: {<<: 1}",
		"schema: 1\nrules: [{id: a, when: {says: {pattern: '(('}}, then: [flag: {}]}]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := inMemory(t, map[string]string{"main.yaml": string(data)})
		if err != nil {
			var wrong *rules.LoadError
			if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
				t.Fatalf("not a list of problems: %v", err)
			}
			return
		}
		if _, err := set.Try(Example{Say: []string{"You're a pig, buy it now"}, WordP: 1}); err != nil {
			t.Fatal(err)
		}
	})
}
