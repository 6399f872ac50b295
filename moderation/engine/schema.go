package engine

import "encoding/json"

// shape is a JSON Schema in the making. The reader of rule files describes itself: with a shape set, its functions note what
// they accept instead of reading, so the schema is made of the very tables by which files are read.
type shape struct {
	Schema     string            `json:"$schema,omitempty"`
	Title      string            `json:"title,omitempty"`
	Ref        string            `json:"$ref,omitempty"`
	Type       any               `json:"type,omitempty"`
	Enum       []string          `json:"enum,omitempty"`
	Const      any               `json:"const,omitempty"`
	Pattern    string            `json:"pattern,omitempty"`
	Minimum    *float64          `json:"minimum,omitempty"`
	Maximum    *float64          `json:"maximum,omitempty"`
	MaxLength  int               `json:"maxLength,omitempty"`
	Items      *shape            `json:"items,omitempty"`
	MinItems   int               `json:"minItems,omitempty"`
	Properties map[string]*shape `json:"properties,omitempty"`
	Names      *shape            `json:"propertyNames,omitempty"`
	Additional any               `json:"additionalProperties,omitempty"`
	Required   []string          `json:"required,omitempty"`
	MinProps   int               `json:"minProperties,omitempty"`
	MaxProps   int               `json:"maxProperties,omitempty"`
	AnyOf      []*shape          `json:"anyOf,omitempty"`
	Defs       map[string]*shape `json:"$defs,omitempty"`
}

// Schema is the JSON Schema (draft 2020-12) of rule files, for editors. It knows every key and value that Load takes; what
// only whole sets can tell (unknown lists, repeated ids, patterns) is left to Load.
func Schema() []byte {
	root := &shape{}
	d := &decoder{probs: &problems{}, budget: maxNodes, shape: root, defs: map[string]*shape{}}
	d.readFile(blank(), newRawFile("", ""))
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "Earshot rule file"
	root.Defs = d.defs
	data, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("engine: " + err.Error()) // only our own plain types come here
	}
	return append(data, '\n')
}

func (s *shape) kind(t string) *shape {
	s.Type = t
	return s
}

// object makes the shape a mapping with closed keys.
func (s *shape) object() *shape {
	s.Type = "object"
	if s.Additional == nil {
		s.Additional = false
	}
	if s.Properties == nil {
		s.Properties = map[string]*shape{}
	}
	return s
}

// oneOrMany accepts one item or a list of them.
func (s *shape) oneOrMany(item func(*shape)) {
	one, many := &shape{}, &shape{Type: "array", Items: &shape{}, MinItems: 1}
	item(one)
	item(many.Items)
	s.AnyOf = append(s.AnyOf, one, many)
}

// textShape is text that may be written as a number.
func (s *shape) text() {
	s.Type = []string{"string", "number"}
	s.MaxLength = maxText
}

// describe runs a reader with another shape as the one to fill.
func (d *decoder) describe(into *shape, read func()) {
	before := d.shape
	d.shape = into
	read()
	d.shape = before
}

// either reads what may be a mapping or something else.
func (d *decoder) either(isMapping bool, mapping, other func()) {
	if d.shape == nil {
		if isMapping {
			mapping()
		} else {
			other()
		}
		return
	}
	for _, read := range []func(){other, mapping} {
		s := &shape{}
		d.describe(s, read)
		if len(s.AnyOf) > 0 && s.Type == nil {
			d.shape.AnyOf = append(d.shape.AnyOf, s.AnyOf...)
			continue
		}
		d.shape.AnyOf = append(d.shape.AnyOf, s)
	}
}
