//go:build !race

package engine

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/match/textmodel"
)

// meansRules is a profile in mode act whose rules use meaning in every way.
const meansRules = `
schema: 1
mode: act
rules:
  - {id: alone, when: {means: {threat: ">=0.9"}}, then: [mute: {}]}
  - {id: low, when: {means: {threat: ">=0.5"}}, then: [mute: {}]}
  - id: guest
    when: {all: [{means: {threat: ">=0.9"}}, {role: guest}, {reported_speech: false}, {none: [{says: {phrase: cake}}]}]}
    then: [mute: {}]
  - {id: and-words, when: {all: [{means: {threat: ">=0.5"}}, {says: {phrase: kill}}]}, then: [mute: {}]}
  - {id: or-words, when: {any: [{means: {threat: ">=0.9"}}, {says: {phrase: kill}}]}, then: [mute: {}]}
  - {id: or-cake, when: {any: [{means: {threat: ">=0.9"}}, {says: {phrase: cake}}]}, then: [mute: {}]}
  - {id: long, when: {means: {threat: ">=0.9", words: 20}}, then: [mute: {}]}
  - {id: several, when: {means: {scam: ">=0.9", threat: ">=0.9"}}, then: [mute: {}]}
  - {id: excused, when: {says: {phrase: kill}}, unless: {means: {threat: ">=0.5"}}, then: [mute: {}]}
`

func TestMeaningNeverActsAlone(t *testing.T) {
	s := deskSession(t, meansRules)
	u := lineOf("I swear I will find you and kill you tonight", 1)
	u.Language = "en"
	got := map[string]models.Mode{}
	for _, f := range s.Judge(u) {
		got[f.Rule] = f.Mode
		if f.Rule == "alone" {
			for _, want := range []string{"sounds like a threat", `"kill"`, "sure", "1 of 1,000 ordinary lines reaches 0.90", "alone never acts"} {
				if !strings.Contains(f.Why, want) {
					t.Errorf("why does not say %q: %s", want, f.Why)
				}
			}
			if !slices.ContainsFunc(f.Matched, func(w models.Word) bool { return w.Text == "kill" }) {
				t.Errorf("kill is not among the words that matched: %v", f.Matched)
			}
		}
	}
	want := map[string]models.Mode{
		"alone": "suggest", "low": "watch", "guest": "suggest", "and-words": "act", "or-words": "act", "or-cake": "suggest", "several": "suggest",
	}
	for rule, mode := range want {
		if got[rule] != mode {
			t.Errorf("%s comes to %q, not %q", rule, got[rule], mode)
		}
	}
	if len(got) != len(want) {
		t.Errorf("flagged by %v", got)
	}
}

// TestALongLineTakesMore: words score less among many others than nearly alone.
func TestALongLineTakesMore(t *testing.T) {
	s := deskSession(t, "schema: 1\nrules:\n  - {id: x, when: {means: {threat: \">=0.1\"}}, then: [flag: {}]}\n")
	score := func(text string) float64 {
		fs := s.Judge(lineOf(text, 1))
		if len(fs) != 1 {
			t.Fatalf("%d flags for %d words", len(fs), len(strings.Fields(text)))
		}
		var got float64
		if _, err := fmt.Sscanf(fs[0].Why[strings.LastIndex(fs[0].Why, "sure (")+len("sure ("):], "%f", &got); err != nil {
			t.Fatalf("%v: %s", err, fs[0].Why)
		}
		return got
	}
	const threat, talk = "I swear I will find you and kill you", " the day the tent the light the rain the road"
	for words, line := range map[int]string{19: threat + talk, 20: threat + talk + " the"} {
		if n := len(strings.Fields(line)); n != words {
			t.Fatalf("%d words", n)
		}
		model := textmodel.Shipped().Text(line)[slices.Index(textmodel.Shipped().Labels, "threat")]
		want := model
		if words == 20 {
			want = model / (2 - model) // half the odds
		}
		if got := score(line); math.Abs(got-want) > 0.006 {
			t.Errorf("%d words: %.3f, want %.3f", words, got, want)
		}
	}
}

func TestMeaningIsOfLanguagesTheModelKnows(t *testing.T) {
	const text = "I swear I will find you and kill you tonight"
	for _, c := range []struct {
		language, allowed string
		want              bool
	}{
		{"en", "", true},
		{"id", "", false},
		{"", "", true},
		{"", "languages: {allowed: [id]}", false},
		{"", "languages: {allowed: [id, en]}", true},
	} {
		s := deskSession(t, "schema: 1\n"+c.allowed+"\nrules:\n  - {id: x, when: {means: {threat: \">=0.9\"}}, then: [flag: {}]}\n")
		u := lineOf(text, 1)
		u.Language = c.language
		if got := len(s.Judge(u)) == 1; got != c.want {
			t.Errorf("in %q, with %q: flagged %v", c.language, c.allowed, got)
		}
		if c.language == "id" {
			if why := s.Explain(u, false)[0].WhyNot; !strings.Contains(why, `"id"`) {
				t.Errorf("why not: %s", why)
			}
		}
	}
}

func TestMeaningLooksAtTheWordsThatCounted(t *testing.T) {
	s := deskSession(t, "schema: 1\nrules:\n  - {id: x, when: {means: {threat: \">=0.9\"}}, then: [ask: {}]}\n")
	for _, c := range []struct {
		unsure string
		want   models.Mode
	}{{"kill", "watch"}, {"well", "suggest"}} {
		u := lineOf("well I swear I will find you and kill you tonight", 1)
		for i := range u.Words {
			if u.Words[i].Text == c.unsure {
				u.Words[i].P = 0.2
			}
		}
		if fs := s.Judge(u); len(fs) != 1 || fs[0].Mode != c.want {
			t.Errorf("with %q heard badly: %+v", c.unsure, fs)
		}
	}
}

func TestMeaningOverSeveralLines(t *testing.T) {
	rule := "schema: 1\nrules:\n  - {id: x, span: {last: 15s, gap: 3s}, when: {means: {threat: \">=0.9\"}}, then: [ask: {}]}\n"
	s := deskSession(t, rule)
	first, second, third := lineOf("I am going to", 1), lineOf("kill you", 2), lineOf("the weather is nice", 3)
	if fs := s.Judge(first); len(fs) > 0 {
		t.Errorf("the first half is flagged: %v", fs)
	}
	fs := s.Judge(second)
	if len(fs) != 1 {
		t.Fatalf("the whole is not flagged")
	}
	if fs := s.Judge(third); len(fs) > 0 {
		t.Errorf("what follows is flagged: %v", fs)
	}
}

func TestMeaningMasksListedWords(t *testing.T) {
	s := deskSession(t, `
schema: 1
words: {rude: [idiot]}
rules:
  - {id: x, when: {means: {insult: ">=0.5"}}, then: [flag: {}]}
  - {id: y, when: {says: {words: rude}}, then: [flag: {}]}
`)
	for _, f := range s.Judge(lineOf("you are such a stupid idiot", 1)) {
		if strings.Contains(f.Why, "idiot") || strings.Contains(f.Title, "idiot") {
			t.Errorf("%s names a masked word: %s", f.Rule, f.Why)
		}
	}
}

func TestMeaningIsExplainedWhenRulesAreLoaded(t *testing.T) {
	set := mustLoad(t, meansRules)
	var rules []string
	for _, n := range set.Notes() {
		rules = append(rules, n.Rule)
		if n.Line == 0 || n.File == "" || n.Text == "" {
			t.Errorf("a note without place or text: %+v", n)
		}
	}
	slices.Sort(rules)
	if want := []string{"alone", "guest", "long", "low", "or-cake", "or-words", "several"}; !slices.Equal(rules, want) {
		t.Errorf("notes on %v, not %v", rules, want)
	}
}

// lineOf is a speaker's n-th line: surely heard, two seconds after the one before.
func lineOf(text string, n int) models.Utterance {
	u := line(text, 0.95)
	shift := int64(2000 * n)
	u.Seq = n
	u.StartMS, u.EndMS = u.StartMS+shift, u.EndMS+shift
	for i := range u.Words {
		u.Words[i].StartMS += shift
		u.Words[i].EndMS += shift
	}
	return u
}

// TestMeaningOfOneLabelIsToldOnce has a rule with two scores of one label, both of which the line reaches: it is reported once.
func TestMeaningOfOneLabelIsToldOnce(t *testing.T) {
	s := deskSession(t, `
schema: 1
rules:
  - id: twice
    when: {any: [{all: [{says: {phrase: kill}}, {means: {threat: ">=0.5"}}]}, {means: {threat: ">=0.9", words: 3}}]}
    then: [flag: {}]
`)
	u := lineOf("I swear I will find you and kill you tonight", 1)
	u.Language = "en"
	flags := s.Judge(u)
	if len(flags) != 1 {
		t.Fatalf("%d flags", len(flags))
	}
	why := flags[0].Why
	if n := strings.Count(why, "sounds like a threat"); n != 1 || !strings.Contains(why, "ordinary lines reaches 0.90") {
		t.Errorf("what it sounds like is told %d times: %s", n, why)
	}
}

// TestMeaningTellsHowOftenOrdinaryLinesSoundSo: the figure is the measured one of the label and of the score that the rule asks for.
func TestMeaningTellsHowOftenOrdinaryLinesSoundSo(t *testing.T) {
	s := deskSession(t, `
schema: 1
rules:
  - {id: insult-90, when: {means: {insult: ">=0.9"}}, then: [flag: {}]}
  - {id: insult-50, when: {means: {insult: ">=0.5"}}, then: [flag: {}]}
  - {id: threat-90, when: {means: {threat: ">=0.9"}}, then: [flag: {}]}
`)
	flags := s.Judge(lineOf("I swear I will find you and kill you tonight you stupid pathetic idiot", 1))
	told := map[string]string{}
	for _, f := range flags {
		_, told[f.Rule], _ = strings.Cut(f.Why, "; ")
	}
	for rule, l := range map[string]struct {
		label string
		score float64
	}{"insult-90": {"insult", 0.9}, "insult-50": {"insult", 0.5}, "threat-90": {"threat", 0.9}} {
		reached, lines := textmodel.Shipped().FalseAlarms(l.label, l.score)
		rate := strings.TrimSuffix(fmt.Sprintf("%.1f", 1000*float64(reached)/float64(lines)), ".0")
		if want := rate + " of 1,000 ordinary lines"; !strings.Contains(told[rule], want) {
			t.Errorf("%s does not say %q: %s", rule, want, told[rule])
		}
	}
	if a, b := told["insult-90"], told["insult-50"]; a == b {
		t.Errorf("both scores have %q", a)
	}
}
