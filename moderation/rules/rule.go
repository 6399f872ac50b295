package rules

import (
	"encoding/json"

	"earshot/configs/strict"
	"earshot/models"
)

// Rule is one entry of rules:.
type Rule struct {
	ID         string
	About      string
	Mode       models.Mode
	When       *Cond
	Unless     *Cond
	Span       *Span `json:",omitempty"`
	On         On
	SecondLook *SecondLook `json:",omitempty"`
	AtMost     *AtMost     `json:",omitempty"`
	Automatic  bool        `json:",omitempty"`
	Override   bool        `json:"-"` // it stands for the rule of its id in a file that is used
	Trust      Gates
	Flag       Flag
	Steps      []Step `json:",omitempty"`

	File string `json:"-"` // the name of the file it stands in
	Line int    `json:"-"`
}

// Span lets matches reach over several utterances of one speaker: those of the last Last ms, with pauses of at most Gap ms.
type Span struct{ Last, Gap int64 }

// On says what partial and final text do.
type On struct{ Partial, Final string }

// Arms reports whether unfinished lines are looked at.
func (o On) Arms() bool { return o.Partial == "arm" }

// SecondLook is the second look at the sound.
type SecondLook struct {
	Model     string
	MustAgree bool
}

// AtMost bounds how often a rule may reach the host or the room: once in OncePer ms.
type AtMost struct {
	OncePer int64
	By      string
}

// ByPerson reports whether each person is counted apart.
func (a AtMost) ByPerson() bool { return a.By == "person" }

// Flag is what then: says about the flag.
type Flag struct {
	Level models.Level
	Title string
	Clip  *Clip `json:",omitempty"`
}

// Clip is how much sound is kept around the words, and for how long; Unsaid is as the settings say.
type Clip struct{ Before, After, Keep int64 }

// Unsaid stands for what a rule does not say of its clip.
const Unsaid = -1

// Language says which conditions and steps there are besides what rules are made of, and how listed words may be said.
type Language struct {
	Conditions []ConditionKind
	Steps      []StepKind
	// Forms are the forms: of word lists, Stems the languages whose inflections are known.
	Forms, Stems []string
}

// ConditionKind is one kind of condition: its key, and an empty condition with the values that hold where nothing is written.
type ConditionKind struct {
	Name string
	New  func() Condition
}

// Condition is one condition as it is written.
type Condition interface {
	// Shape is how the condition is written; reading it fills the condition in.
	Shape(Nested) strict.Shape
	// Content is what the condition is for the hash of its rule: a value that encoding/json takes, under a name. A nil value is
	// left out.
	Content() (name string, value any)
}

// Nested is the shape of a list of conditions, for conditions that are made of others; what is the key it stands under.
type Nested func(what string, into *[]*Cond) strict.Shape

// Cond is a condition in its place.
type Cond struct {
	Kind string
	Is   Condition
	Line int
}

// MarshalJSON is what the condition is for the hash of its rule.
func (c *Cond) MarshalJSON() ([]byte, error) {
	name, value := c.Is.Content()
	if value == nil {
		return json.Marshal(struct{ Kind string }{c.Kind})
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	kind, _ := json.Marshal(c.Kind)
	return append(append([]byte(`{"Kind":`+string(kind)+`,"`+name+`":`), data...), '}'), nil
}

// StepKind is one kind of step: its verb, and an empty step with the values that hold where nothing is written.
type StepKind struct {
	Name string
	New  func() StepContent
}

// StepContent is one step as it is written. What encoding/json makes of it, an object, is what it is for the hash of its rule.
type StepContent interface {
	// Shape is how the step is written; reading it fills the step in.
	Shape() strict.Shape
}

// Step is one step of then:, besides the flag, in its place.
type Step struct {
	Kind string
	Is   StepContent
	Line int
}

// MarshalJSON is what the step is for the hash of its rule.
func (s Step) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(s.Is)
	if err != nil {
		return nil, err
	}
	kind, _ := json.Marshal(s.Kind)
	out := []byte(`{"Verb":` + string(kind))
	if len(data) > len("{}") {
		out = append(out, ',')
	}
	return append(out, data[1:]...), nil
}
