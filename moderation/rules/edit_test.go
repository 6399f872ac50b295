package rules_test

import (
	"strings"
	"testing"

	"earshot/moderation/rules"
)

const tuned = `# our rules
schema: 1
rules:
  # names that people are called
  - id: insult
    when: {any: [{says: {phrase: [pillock]}}, {means: {insult: ">=0.9", hate: '>=0.95', words: 4}}]} # both
    then: [flag: {}]
  - {id: flow, when: {means: {threat: ">=0.8"}}, unless: {reported_speech: true}, then: [flag: {}]}
  - id: listed
    when: {says: {phrase: [daft]}}
    unless:
      any:
        - role: [host]
        - reported_speech: true
    then: [flag: {}]
  - id: flow-listed
    when: {says: {phrase: [ünsinn, "don't"]}}
    unless: {any: [{role: [host]}, {says: {phrase: ["a } b"]}}]}
    then: [flag: {}]
  - id: block
    when: {says: {phrase: [daft]}}
    unless:
      says:
        phrase: [daft punk]
    then:
      - flag: {}
checks:
  - {say: hello, expect: none}
`

func TestAChangeTouchesNothingElse(t *testing.T) {
	const further = `{says: {phrase: ["daft punk"]}}`
	for _, c := range []struct {
		change   rules.Change
		old, now string
	}{
		{rules.Change{Rule: "insult", Score: 0, To: 0.95}, `insult: ">=0.9"`, `insult: ">=0.95"`},
		{rules.Change{Rule: "insult", Score: 1, To: 0.99}, `hate: '>=0.95'`, `hate: ">=0.99"`},
		{rules.Change{Rule: "flow", Score: 0, To: 0.9}, `threat: ">=0.8"`, `threat: ">=0.9"`},
		{rules.Change{Rule: "insult", Unless: further}, "# both\n    then:", "# both\n    unless: " + further + "\n    then:"},
		{rules.Change{Rule: "flow", Unless: further}, "{reported_speech: true}, then", "{any: [" + further + ", {reported_speech: true}]}, then"},
		{rules.Change{Rule: "listed", Unless: further}, "        - role: [host]\n", "        - " + further + "\n        - role: [host]\n"},
		{rules.Change{Rule: "flow-listed", Unless: further}, "unless: {any: [{role", "unless: {any: [" + further + ", {role"},
	} {
		got, err := rules.Edit([]byte(tuned), c.change)
		if err != nil {
			t.Fatal(c.change, err)
		}
		if want := strings.Replace(tuned, c.old, c.now, 1); string(got) != want || want == tuned {
			t.Errorf("%+v:\n%s", c.change, got)
		}
	}
}

func TestAChangeThatDoesNotFitIsWrittenAnew(t *testing.T) {
	got, err := rules.Edit([]byte(tuned), rules.Change{Rule: "block", Unless: "{reported_speech: true}"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# names that people are called", "# both", "any:\n", "- {reported_speech: true}", "phrase: [daft punk]"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("without %q:\n%s", want, got)
		}
	}
}

func TestScoresOfARule(t *testing.T) {
	got, err := rules.Scores([]byte(tuned), "insult")
	if err != nil || len(got) != 2 || got[0] != (rules.Score{Label: "insult", Least: ">=0.9"}) || got[1].Label != "hate" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := rules.Scores([]byte(tuned), "nothing"); err == nil || !strings.Contains(err.Error(), `no rule "nothing"`) {
		t.Errorf("%v", err)
	}
}

func TestARuleOfAPackIsOverridden(t *testing.T) {
	change := rules.Change{Rule: "insult", Score: 0, To: 0.95}
	for _, c := range []struct{ name, host, want string }{
		{"no file", "", "schema: 1\nuse: [pack.yaml]\n\nrules:\n  - id: insult\n    override: yes\n"},
		{
			"no rules", "schema: 1 # mine\nuse: [base.yaml]\n",
			"schema: 1 # mine\nuse: [pack.yaml, base.yaml]\n\nrules:\n  - id: insult\n    override: yes\n",
		},
		{
			"rules before checks",
			"schema: 1\nrules:\n- {id: x, when: {says: {phrase: a}}, then: [flag: {}]}\n\n# what we expect\nchecks: []\n",
			"schema: 1\nuse: [pack.yaml]\nrules:\n- {id: x, when: {says: {phrase: a}}, then: [flag: {}]}\n- id: insult\n  override: yes\n",
		},
		{"used already", "schema: 1\nuse:\n  - pack\nrules:\n  - {id: x}", "schema: 1\nuse:\n  - pack\nrules:\n  - {id: x}\n  - id: insult\n"},
	} {
		var host []byte
		if c.host != "" {
			host = []byte(c.host)
		}
		got, err := rules.Override(host, []byte(tuned), "pack.yaml", change)
		if err != nil || !strings.HasPrefix(string(got), c.want) || !strings.Contains(string(got), `insult: ">=0.95"`) {
			t.Errorf("%s: %v\n%s", c.name, err, got)
		}
		if strings.Contains(c.host, "checks") && !strings.Contains(string(got), "\n# what we expect\nchecks: []\n") {
			t.Errorf("what followed is gone:\n%s", got)
		}
	}
	if _, err := rules.Override([]byte("schema: 1\nrules: [{id: x}]\n"), []byte(tuned), "pack.yaml", change); err == nil {
		t.Error("a list in brackets was taken")
	}
}

func FuzzEdit(f *testing.F) {
	f.Add(tuned, "insult", 0, "{reported_speech: true}")
	f.Add("schema: 1\nrules: [{id: a, when: {means: {hate: \">=0.9\"}}, then: [flag: {}]}]", "a", 0, "")
	f.Fuzz(func(t *testing.T, text, rule string, score int, unless string) {
		if score < 0 {
			return
		}
		c := rules.Change{Rule: rule, Score: score, To: 0.95, Unless: unless}
		if got, err := rules.Edit([]byte(text), c); err == nil {
			if _, err := rules.Scores(got, rule); err != nil {
				t.Errorf("what was written cannot be read: %v\n%s", err, got)
			}
		}
		_, _ = rules.Override([]byte(text), []byte(tuned), "pack.yaml", c)
		_, _ = rules.Override(nil, []byte(text), "pack.yaml", c)
		_, _ = rules.Variant([]byte(text), c, "variant-1")
	})
}
