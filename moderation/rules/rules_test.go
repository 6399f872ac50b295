package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/configs/strict"
	"earshot/moderation/rules"
)

// hums is a condition of the tests' own: somebody hums a tune.
type hums struct{ Tune string }

func (c *hums) Shape(rules.Nested) strict.Shape { return strict.String("hums", &c.Tune) }
func (c *hums) Content() (string, any)          { return "Tune", c.Tune }

// both is a condition that is made of others.
type both struct{ kids []*rules.Cond }

func (c *both) Shape(nested rules.Nested) strict.Shape { return nested("both", &c.kids) }
func (c *both) Content() (string, any)                 { return "Kids", c.kids }

// clap is a step of the tests' own.
type clap struct{ Times int }

func (s *clap) Shape() strict.Shape { return strict.Whole("clap", &s.Times, 1, 10) }

var tunes = rules.Language{
	Conditions: []rules.ConditionKind{
		{Name: "hums", New: func() rules.Condition { return &hums{} }},
		{Name: "both", New: func() rules.Condition { return &both{} }},
	},
	Steps: []rules.StepKind{{Name: "clap", New: func() rules.StepContent { return &clap{} }}},
	Forms: []string{"exact"}, Stems: []string{"en"},
}

func files(texts map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range texts {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestRulesAreReadWithTheirLines(t *testing.T) {
	all, probs := rules.Load(tunes, files(map[string]string{
		"main.yaml": "schema: 1\nprofile: choir\nuse: base.yaml\nwords: {w: {file: w.txt}}\nrules:\n" +
			"- id: solo\n  when:\n    both:\n    - hums: la\n    - hums: lo\n  then: [flag: {level: low}, clap: 3]\n",
		"base.yaml": "schema: 1\nmode: watch\nwords: {b: [one, two]}\n",
		"w.txt":     "# words\nsilly\n",
	}), nil, "main")
	if err := probs.Err(); err != nil {
		t.Fatal(err)
	}
	read := all.All()
	if len(read) != 2 || read[0].Pack != "base" || read[1].Profile != "choir" {
		t.Fatalf("the files are %+v", read)
	}
	r := read[1].Rules[0]
	in, ok := r.When.Is.(*both)
	if !ok || r.Line != 6 || len(in.kids) != 2 || in.kids[1].Line != 10 || in.kids[1].Is.(*hums).Tune != "lo" {
		t.Errorf("the rule in line %d looks at %+v", r.Line, r.When)
	}
	if len(r.Steps) != 1 || r.Steps[0].Is.(*clap).Times != 3 || r.Flag.Level != "low" {
		t.Errorf("its steps are %+v, its flag %+v", r.Steps, r.Flag)
	}
	if l, of := read[1].List("w"); l == nil || of != read[1] || l.Words[0] != (strict.Text{Text: "silly", File: "shipped:w.txt", Line: 2}) {
		t.Errorf("the list from the file is %+v", l)
	}
	if l, of := read[1].List("b"); l == nil || of != read[0] {
		t.Errorf("the list of the file that is used is %+v", l)
	}
}

func TestMistakesComeInTheOrderOfTheFiles(t *testing.T) {
	_, probs := rules.Load(tunes, files(map[string]string{
		"main.yaml": "schema: 1\nuse: [a.yaml, gone.yaml]\nrules:\n- {id: x, when: {hmus: la}, then: [flag: {}]}\n",
		"a.yaml":    "mode: loud\n",
	}), nil, "main", "nowhere")
	var wrong *rules.LoadError
	if !errors.As(probs.Err(), &wrong) {
		t.Fatal(probs.Err())
	}
	want := []string{
		`shipped:main.yaml:2: there is no file gone.yaml`,
		`shipped:main.yaml:4: rule "x": unknown key "hmus" (did you mean "hums"?)`,
		`shipped:a.yaml:1: unknown mode "loud"`,
		`shipped:a.yaml:1: "schema: 1" is missing`,
		`nowhere: there is no file nowhere`,
	}
	for i, w := range want {
		if i >= len(wrong.Problems) || !strings.HasPrefix(wrong.Problems[i].String(), w) {
			t.Fatalf("got\n%v\nwant line %d to begin\n%s", wrong, i+1, w)
		}
	}
	if len(wrong.Problems) != len(want) {
		t.Errorf("%d problems, want %d:\n%v", len(wrong.Problems), len(want), wrong)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("schema: 1\nrules:\n- {id: a, when: {both: [{hums: la}]}, then: [clap: 2]}\n")
	f.Add("schema: 1\nuse: main.yaml\nwords: {w: {list: [a], never: [b]}}\nchecks: [{say: [a, {text: b, at: 1s}], expect: {a: watch}}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, probs := rules.Load(tunes, files(map[string]string{"main.yaml": text}), nil, "main")
		if probs.Err() == nil && len(all.Named) == 0 {
			t.Error("neither a file nor a mistake")
		}
		if out, err := rules.Format([]byte(text)); err == nil {
			if again, err := rules.Format(out); err != nil || string(again) != string(out) {
				t.Errorf("formatting again changes %q into %q (%v)", out, again, err)
			}
		}
	})
}

// A reader is told which conditions and steps there are: here, that somebody may hum.
func ExampleLoad() {
	const text = `schema: 1
rules:
  - id: choir
    when: {hums: la la}
    then: [clap: 3]
  - id: solo
    when: {hmus: la}
    then: [clap: 30]
`
	all, probs := rules.Load(tunes, files(map[string]string{"choir.yaml": text}), nil, "choir")
	for _, r := range all.Named[0].Rules {
		if r.When != nil {
			fmt.Printf("line %d: %s when somebody %s %q\n", r.Line, r.ID, r.When.Kind, r.When.Is.(*hums).Tune)
		}
	}
	fmt.Println(probs.Err())
	// Output:
	// line 3: choir when somebody hums "la la"
	// shipped:choir.yaml:7: rule "solo": unknown key "hmus" (did you mean "hums"?)
	// shipped:choir.yaml:8: rule "solo": clap must be between 1 and 10
}
