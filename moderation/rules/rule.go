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
	For        int64 `json:",omitempty"` // how long When must hold without interruption, in ms
	On         On
	SecondLook *SecondLook `json:",omitempty"`
	AtMost     *AtMost     `json:",omitempty"`
	Automatic  bool        `json:",omitempty"`
	Override   bool        `json:"-"` // replaces the rule with the same id in a used file
	Trust      Gates
	Flag       Flag
	Steps      []Step `json:",omitempty"`

	File string `json:"-"` // the name of its file
	Line int    `json:"-"`

	source strict.Value
}

// Text is the rule's YAML as in its file, including comments, in the standard format.
func (r *Rule) Text() string { return r.source.Source() }

// Span lets matches extend across several utterances of one speaker: those of the last Last ms, with pauses of at most Gap ms.
type Span struct{ Last, Gap int64 }

// On says how partial and final text are used.
type On struct{ Partial, Final string }

// Arms reports whether unfinished lines are looked at.
func (o On) Arms() bool { return o.Partial == "arm" }

// SecondLook is a second transcription of the audio.
type SecondLook struct {
	Model     string // has no effect: the service's own model looks again
	MustAgree bool
}

// AtMost limits how often a rule may reach the host or the room: once in OncePer ms.
type AtMost struct {
	OncePer int64
	By      string
}

// ByPerson reports whether each person is counted separately.
func (a AtMost) ByPerson() bool { return a.By == "person" }

// Flag is the flag: step.
type Flag struct {
	Level models.Level
	Title string
	Clip  *Clip `json:",omitempty"`
}

// Clip is how much audio is kept around the words, and for how long; Unsaid means as in the settings.
type Clip struct{ Before, After, Keep int64 }

// Unsaid stands for a clip value that a rule does not give.
const Unsaid = -1

// Language defines the conditions and steps, and the forms of listed words.
type Language struct {
	Conditions []ConditionKind
	Steps      []StepKind
	// Forms are the values of forms: in word lists, Stems the languages with known inflections.
	Forms, Stems []string
}

// ConditionKind is one kind of condition: its key, and a new condition with default values.
type ConditionKind struct {
	Name string
	New  func() Condition
}

// Condition is one condition as written.
type Condition interface {
	// Shape defines the condition's syntax; parsing fills the condition in.
	Shape(Nested) strict.Shape
	// Content is the condition's part of its rule's hash: a value that encoding/json accepts, under a name. A nil value is omitted.
	Content() (name string, value any)
}

// Nested is the shape of a list of conditions, for conditions that contain others; what is its key.
type Nested func(what string, into *[]*Cond) strict.Shape

// Cond is a condition with its position.
type Cond struct {
	Kind string
	Is   Condition
	Line int
}

// MarshalJSON returns the condition's part of its rule's hash.
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

// StepKind is one kind of step: its verb, and a new step with default values.
type StepKind struct {
	Name string
	New  func() StepContent
}

// StepContent is one step as written. Its encoding/json form, an object, is its part of the rule's hash.
type StepContent interface {
	// Shape defines the step's syntax; parsing fills the step in.
	Shape() strict.Shape
}

// Step is one step of then:, other than the flag, with its position.
type Step struct {
	Kind string
	Is   StepContent
	Line int
}

// MarshalJSON returns the step's part of its rule's hash.
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
